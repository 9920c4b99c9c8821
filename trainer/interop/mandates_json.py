"""A mission's mandate as one JSON file, to be exchanged: its texts and what each says of single tasks.

The format is described by `mandate.schema.json`, which reading checks against; what is in force on a day is not in it. A text
that was withdrawn is not written.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import Certainty, MissionCard, MissionId, MissionStatus
from trainer.interop import json_schema
from trainer.kernel.errors import Invalid
from trainer.kernel.values import LocalText, Problem, wording
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import (
    CitedModality,
    Force,
    Instrument,
    InstrumentDraft,
    InstrumentId,
    Milestone,
    MilestoneKind,
    Modality,
    TaskChange,
    TaskKindKey,
    TaskLine,
    plain_name,
)

FORMAT = "trainer-mandate/1"
LARGEST_FILE = 20_000_000
TRANSLATED = ("full_name", "place", "strength")
"""What is said of a mission in several languages."""
NOBODY = MissionId(0)
"""Of a file whose mission is not looked up yet."""


class UnreadableMandate(Invalid):
    """The file cannot be read; says all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            wording("The file cannot be read. Put right what is named, then try again."), problems=problems
        )


class NotOneText(Invalid):
    """A draft has one text."""

    def __init__(self, count: int) -> None:
        super().__init__(
            wording("The file of a draft has one text, and this one has {count}.", count=count), field="instruments"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedThere:
    """A condition that was confirmed where the file comes from."""

    symbol: str
    """Of the text that defines it."""
    name: str
    met_on: date
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFile:
    """A file as it was read."""

    mission: Mapping[str, Any]
    """What the file says of the mission; `key` is always there."""
    drafts: tuple[InstrumentDraft, ...]
    """Its texts, of no mission yet; in the order of the file."""
    confirmed: tuple[ConfirmedThere, ...] = ()
    """What the file says is confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What an import did."""

    mission: MissionId
    missions: int
    """1 where the mission was new."""
    instruments: int
    already: int
    """Texts of the file that were on file; they are left as they are."""
    differing: tuple[str, ...]
    """Symbols of those that the file tells otherwise than what is on file."""
    drafts: int = 0
    """Texts that were kept as drafts, for somebody to review."""


class TextState(StrEnum):
    """How a text of a file stands to what is on file."""

    NEW = "new"
    SAME = "same"
    """On file, and the file tells it alike."""
    DIFFERENT = "different"
    """On file, and the file tells it otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What an import would find."""

    new_mission: bool
    texts: tuple[tuple[str, TextState], ...]
    """Symbols, in the order of the file."""
    withdrawn: tuple[str, ...]
    """Symbols of those on file that were withdrawn: an import leaves them so."""
    problems: tuple[Problem, ...]
    """Why it would be refused, beside the texts on file."""


# Writing


def write_mandate(session: Session, *, mission: MissionId) -> dict[str, Any]:
    """Return the mandate of a mission as the file holds it, oldest text first; raises NoSuchMission."""
    card = account_queries.mission(session, mission=mission)
    texts = mandate_rules.known(mandate_queries.mandate_history(session, mission=mission))
    return _file(card, texts)


def write_draft(session: Session, *, draft: InstrumentDraft) -> dict[str, Any]:
    """Return a draft as such a file; raises NoSuchMission."""
    return _file(account_queries.mission(session, mission=draft.mission), (draft,))


def _file(card: MissionCard, texts: Iterable[Instrument | InstrumentDraft]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "mission": {
            "key": card.key,
            "name": card.name,
            "full_name": card.full_name["en"],
            "place": card.place["en"],
            "lead": card.lead,
            "status": card.status.value,
            "region": card.region,
            "time_zone": card.time_zone,
            "strength": card.strength["en"],
            "certainty": card.certainty.value,
        }
        | _translations_of(card),
        "instruments": [_text_to_json(each) | _confirmed_to_json(each) for each in texts],
    }


def _translations_of(card: MissionCard) -> dict[str, Any]:
    """What is said of the mission in languages other than English; nothing where there is nothing."""
    texts = {about: getattr(card, about) for about in TRANSLATED}
    languages = sorted({code for text in texts.values() for code in text} - {"en"})
    found = {code: {about: text[code] for about, text in texts.items() if code in text} for code in languages}
    return {"translations": found} if found else {}


def _confirmed_to_json(text: Instrument | InstrumentDraft) -> dict[str, Any]:
    """The phases and conditions of a text with what officers confirmed of them; nothing where it defines none."""
    if not text.milestones:
        return {}
    standing = {} if isinstance(text, InstrumentDraft) else {plain_name(each.name): each for each in text.confirmations}
    milestones = []
    for each in text.milestones:
        made, confirmed = _milestone_to_json(each), standing.get(plain_name(each.name))
        if confirmed is not None and each.kind is MilestoneKind.CONDITION:
            made |= {"met_on": confirmed.met_on.isoformat(), "evidence": confirmed.evidence}
        milestones.append(made)
    return {"milestones": milestones}


def _milestone_to_json(each: Milestone) -> dict[str, Any]:
    return {
        "name": each.name,
        "kind": each.kind.value,
        "paragraph": each.paragraph,
        "words": each.words,
        "starts_on": _day_to_json(each.starts_on),
        "last_on": _day_to_json(each.last_on),
        "begins_with": each.begins_with,
    }


def _text_to_json(text: Instrument | InstrumentDraft) -> dict[str, Any]:
    # what few texts have is left out where there is none: older readers take such a file as well
    more: dict[str, Any] = {}
    if text.milestones:
        more["milestones"] = [_milestone_to_json(each) for each in text.milestones]
    if isinstance(text, InstrumentDraft) and text.paragraphs:
        more["paragraphs"] = list(text.paragraphs)
    return more | {
        "symbol": text.symbol,
        "title": text.title,
        "adopted_on": _day_to_json(text.adopted_on),
        "effective_on": text.effective_on.isoformat(),
        "last_on": _day_to_json(text.last_on),
        "expiry_known": text.expiry_known,
        "complete_adjustment": text.complete_adjustment,
        "certainty": text.certainty.value,
        "note": text.note,
        "tasks": [_line_to_json(line) for line in text.tasks],
    }


def _line_to_json(line: TaskLine) -> dict[str, Any]:
    more: dict[str, Any] = {"begins_with": line.begins_with, "ends_with": line.ends_with, "ahead": line.ahead}
    return {name: value for name, value in more.items() if value} | {
        "task_kind": line.task_kind,
        "change": line.change.value,
        "paragraph": line.paragraph,
        "modalities": [each.value for each in line.modalities],
        "force": line.force.value,
        "priority": line.priority,
        "area_of_operations": line.area_of_operations,
        "starts_on": _day_to_json(line.starts_on),
        "last_on": _day_to_json(line.last_on),
        "words": line.words,
        "cited": [
            {"modality": each.modality.value if each.modality else None, "paragraph": each.paragraph}
            for each in line.cited
        ],
    }


def _day_to_json(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# Reading


@cache
def schema() -> Mapping[str, Any]:
    """Return the schema that is shipped."""
    found = json.loads(files("trainer.interop").joinpath("mandate.schema.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def read_mandate(content: bytes) -> MandateFile:
    """Read a file; raises UnreadableMandate with all that is wrong with it, each at its path."""
    document, faults = _opened(content)
    texts = _leniently(document, faults)
    problems = (*faults, *_problems(texts, faults))
    if problems:
        raise UnreadableMandate(problems)
    drafts = tuple(each.draft for each in texts)
    return MandateFile(mission=document["mission"], drafts=drafts, confirmed=tuple(_confirmed(document["instruments"])))


def _opened(content: bytes) -> tuple[Any, tuple[Problem, ...]]:
    """The document, with what the schema says against it; raises UnreadableMandate for what is no JSON."""
    if len(content) > LARGEST_FILE:
        said = wording("This file is too large for a mandate: at most {most} bytes are read.", most=LARGEST_FILE)
        raise UnreadableMandate((Problem(field=None, message=said),))
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        said = wording("This file is not in UTF-8. Save it in that encoding.")
        raise UnreadableMandate((Problem(field=None, message=said),)) from None
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        said = (
            wording("This is no JSON.") if line is None else wording("This is no JSON from line {line} on.", line=line)
        )
        raise UnreadableMandate((Problem(field=None, message=said, line=line),)) from error
    return document, json_schema.problems_of(document, schema=schema())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A text of a file with what could be read of it, so that the rules can speak beside the schema."""

    place: int
    draft: InstrumentDraft


_SUPPOSED: Mapping[str, Mapping[str, object]] = {
    "": {"symbol": "S/RES/1", "effective_on": date.min.isoformat(), "tasks": []},
    "tasks": {"task_kind": "", "change": TaskChange.SET.value, "paragraph": "unnumbered"},
    "milestones": {"name": "unnamed", "kind": MilestoneKind.PHASE.value},
}
"""What stands for a needed field that is missing or wrong; what the rules then say of it is not told."""


_BLANK: Mapping[str, Any] = {"modalities": [Modality.ASSIST.value]}
"""What stands for a task or milestone that is none: the rules have nothing to say of it."""


def _leniently(document: Any, faults: Sequence[Problem]) -> tuple[_Text, ...]:
    """The texts of a document, without the fields that the schema refuses."""
    texts = document.get("instruments") if isinstance(document, dict) else None
    wrong = frozenset(each.field or "" for each in faults)
    return tuple(
        _Text(place=place, draft=_draft(_readable(text, "", at=f"instruments/{place}", wrong=wrong)))
        for place, text in enumerate(texts if isinstance(texts, list) else ())
        if isinstance(text, dict)
    )


def _readable(data: Mapping[str, Any], kind: str, *, at: str, wrong: Collection[str]) -> dict[str, Any]:
    found = {name: value for name, value in data.items() if not _is_wrong(f"{at}/{name}", wrong)}
    for name in ("tasks", "milestones"):
        if not kind and isinstance(data.get(name), list) and f"{at}/{name}" not in wrong:
            found[name] = [
                # one that cannot be read keeps its place, so that the others keep their paths
                _readable(each if isinstance(each, dict) else _BLANK, name, at=f"{at}/{name}/{place}", wrong=wrong)
                for place, each in enumerate(data[name])
            ]
    return {**_SUPPOSED[kind], **found}


def _is_wrong(path: str, wrong: Collection[str]) -> bool:
    return any(each == path or each.startswith(f"{path}/") for each in wrong)


def _confirmed(texts: Iterable[Mapping[str, Any]]) -> Iterable[ConfirmedThere]:
    for text in texts:
        for each in text.get("milestones", ()):
            met_on = _day(each.get("met_on"))
            if met_on is not None and each["kind"] == MilestoneKind.CONDITION:
                yield ConfirmedThere(
                    symbol=mandate_rules.clean_symbol(text["symbol"]),
                    name=each["name"],
                    met_on=met_on,
                    evidence=each.get("evidence", ""),
                )


def read_draft(session: Session, *, content: bytes) -> InstrumentDraft:
    """Read the file of a draft for a mission on file; raises UnreadableMandate, NotOneText, NoSuchMission.

    Where more than one thing is wrong all is told at once, also what the texts on file say against it.
    """
    document, faults = _opened(content)
    texts = _leniently(document, faults)
    key = (
        document["mission"].get("key")
        if isinstance(document, dict) and isinstance(document.get("mission"), dict)
        else ""
    )
    card = account_queries.mission_known_as(session, key=key) if isinstance(key, str) else None
    problems = [*faults, *_problems(texts, faults)]
    if not problems:
        if len(texts) != 1:
            raise NotOneText(len(texts))
        return _of(texts[0].draft, account_queries.mission_by_key(session, key=str(key)).id)
    if card is None and not _is_wrong("mission", {each.field or "" for each in faults}):
        told = wording("No mission on file has this key. Check it, or enter the mission first.")
        problems.append(Problem(field="mission/key", message=told))
    if card is not None and len(texts) == 1:
        problems += _unsaid(_on_file_problems(session, texts[0], card), faults, problems)
    raise UnreadableMandate(tuple(problems))


def _on_file_problems(session: Session, text: _Text, card: MissionCard) -> Iterable[Problem]:
    history = mandate_queries.mandate_history(session, mission=card.id)
    for each in mandate_queries.problems_of(_of(text.draft, card.id), texts=history, mission=card):
        yield replace(each, field=path_of(each.field, place=text.place))


def _unsaid(found: Iterable[Problem], faults: Iterable[Problem], told: Iterable[Problem]) -> list[Problem]:
    """Those that are not told yet, without what the rules say of a field that could not be read."""
    known = {(each.field, str(each.message)) for each in told}
    wrong = {each.field or "" for each in faults}
    return [each for each in found if (each.field, str(each.message)) not in known and _stands(each.field or "", wrong)]


def _stands(path: str, wrong: Collection[str]) -> bool:
    """Whether the rules can judge the field: neither it nor, where it is missing, what it belongs to is refused."""
    above, _, name = path.rpartition("/")
    kind = above.split("/")[2] if above.count("/") > 1 else ""
    return not _is_wrong(path, wrong) and not (above in wrong and name in _SUPPOSED.get(kind, {}))


def _of(draft: InstrumentDraft, mission: MissionId) -> InstrumentDraft:
    return InstrumentDraft.from_json(draft.to_json() | {"mission": mission})


def _draft(data: Mapping[str, Any]) -> InstrumentDraft:
    return InstrumentDraft(
        mission=NOBODY,
        symbol=data["symbol"],
        title=data.get("title", ""),
        adopted_on=_day(data.get("adopted_on")),
        effective_on=date.fromisoformat(data["effective_on"]),
        expires_on=_after(data.get("last_on")),
        expiry_known=data.get("expiry_known", True),
        complete_adjustment=data.get("complete_adjustment", False),
        certainty=Certainty(data.get("certainty", Certainty.KNOWLEDGE.value)),
        note=data.get("note", ""),
        tasks=tuple(_line(each) for each in data["tasks"]),
        milestones=tuple(_milestone(each) for each in data.get("milestones", ())),
        paragraphs=tuple(data.get("paragraphs", ())),
    )


def _milestone(data: Mapping[str, Any]) -> Milestone:
    return Milestone(
        name=data["name"],
        kind=MilestoneKind(data["kind"]),
        paragraph=data.get("paragraph", ""),
        words=data.get("words", ""),
        starts_on=_day(data.get("starts_on")),
        ends_on=_after(data.get("last_on")),
        begins_with=data.get("begins_with", ""),
    )


def _line(data: Mapping[str, Any]) -> TaskLine:
    given = data.get("modalities", ())
    return TaskLine(
        task_kind=TaskKindKey(data["task_kind"]),
        change=TaskChange(data["change"]),
        paragraph=data["paragraph"],
        modalities=tuple(each for each in Modality if each.value in given),
        force=Force(data.get("force", Force.REQUESTED.value)),
        priority=data.get("priority", 2),
        area_of_operations=data.get("area_of_operations", ""),
        starts_on=_day(data.get("starts_on")),
        ends_on=_after(data.get("last_on")),
        words=data.get("words", ""),
        cited=tuple(
            CitedModality(
                modality=Modality(each["modality"]) if each["modality"] else None, paragraph=each["paragraph"]
            )
            for each in data.get("cited", ())
        ),
        begins_with=data.get("begins_with", ""),
        ends_with=data.get("ends_with", ""),
        ahead=data.get("ahead", False),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _after(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text) + timedelta(days=1)


def _problems(texts: Iterable[_Text], faults: Sequence[Problem]) -> Iterable[Problem]:
    """What the rules say of each text by itself, and texts that stand there twice.

    Whether a task is in force when a text ends it is not asked: an exchange may begin in the middle of a history.
    """
    seen: list[str] = []
    wrong = {each.field or "" for each in faults}
    for text in texts:
        draft, place = text.draft, text.place
        symbol = mandate_rules.clean_symbol(draft.symbol)
        readable = _stands(f"instruments/{place}/symbol", wrong)
        if readable and any(mandate_rules.same_text(symbol, each) for each in seen):
            said = wording("{symbol} stands twice in this file. Say it once.", symbol=symbol)
            yield Problem(field=f"instruments/{place}/symbol", message=said)
        if readable:
            seen.append(symbol)
        for each in mandate_rules.check_draft(draft, instruments=(), in_force=(), asks_names=False):
            path = path_of(each.field, place=place)
            if not (each.field or "").endswith("-change") and _stands(path, wrong):
                yield Problem(field=path, message=each.message)


def _problems_beside(drafts: Sequence[InstrumentDraft], history: Sequence[Instrument]) -> Iterable[Problem]:
    """What is wrong with texts that are not on file yet, in the light of those that are and of each other."""
    new = [each for each in drafts if not any(_is_of(each, text) for text in history)]
    made = {id(each): mandate_queries.as_instrument(each) for each in new}
    for place, draft in enumerate(drafts):
        if id(draft) not in made:
            continue
        own = mandate_rules.order_of(made[id(draft)])
        earlier = [
            each
            for each in (*history, *made.values())
            if mandate_rules.order_of(each) < own and each.symbol != draft.symbol
        ]
        for each in mandate_rules.check_draft(draft, instruments=earlier, in_force=()):
            if not (each.field or "").endswith("-change") and each.field != "symbol":
                yield Problem(field=path_of(each.field, place=place), message=each.message)


def _is_of(draft: InstrumentDraft, text: Instrument) -> bool:
    return mandate_rules.same_text(mandate_rules.clean_symbol(draft.symbol), text.symbol)


def path_of(field: str | None, *, place: int = 0) -> str:
    """A field as the file names it: `tasks-3-ends_on` of a form is `instruments/0/tasks/3/last_on` in a file."""
    return f"instruments/{place}/{_path(field or '')}"


def _path(field: str) -> str:
    head, _, rest = field.partition("-")
    place, _, part = rest.partition("-")
    named = {"ends_on": "last_on", "expires_on": "last_on"}
    return f"{head}/{place}/{named.get(part, part)}" if rest else named.get(head, head)


# Storing


def foresee(session: Session, *, read: MandateFile) -> Foreseen:
    """Return what an import would find on file, and whether it would be refused; writes nothing."""
    card = account_queries.mission_known_as(session, key=read.mission["key"])
    history = () if card is None else mandate_queries.mandate_history(session, mission=card.id)
    drafts = [_of(each, NOBODY if card is None else card.id) for each in read.drafts]
    return Foreseen(
        new_mission=card is None,
        texts=tuple((mandate_rules.clean_symbol(each.symbol), _state_of(each, history)) for each in drafts),
        withdrawn=tuple(
            text.symbol
            for text in history
            if text.withdrawn_at is not None and any(_is_of(each, text) for each in drafts)
        ),
        problems=tuple(_problems_beside(drafts, history)),
    )


def _state_of(draft: InstrumentDraft, history: Sequence[Instrument]) -> TextState:
    there = [text for text in history if _is_of(draft, text)]
    if not there:
        return TextState.NEW
    return TextState.SAME if any(not _differs(draft, text) for text in there) else TextState.DIFFERENT


def store_mandate(work: Work, *, read: MandateFile) -> Stored:
    """Publish the texts that are not on file yet, with the mission where it is missing; a second time changes nothing.

    A text on file is left as it is, even a withdrawn one; where the file tells it otherwise, that is said. Raises
    UnreadableMandate for a new mission without a name, and for what the texts on file do not allow: a phase or condition that
    nobody defines, a renewal of a mandate that has run out; and SecondPersonNeeded for new texts where policy asks for two
    people. What the file says is confirmed is confirmed here too.
    """
    mission, new_mission = _mission_of(work, read)
    drafts = [_of(each, mission) for each in read.drafts]
    history = mandate_queries.mandate_history(work.session, mission=mission)
    problems = tuple(_problems_beside(drafts, history))
    if problems:
        raise UnreadableMandate(problems)
    loaded = mandate_operations.load_instruments(work, instruments=drafts)
    _confirm(work, mission=mission, loaded=loaded, confirmed=read.confirmed)
    return Stored(
        mission=mission,
        missions=int(new_mission),
        instruments=len(loaded),
        already=len(drafts) - len(loaded),
        differing=_differing(drafts, history),
    )


def store_as_drafts(work: Work, *, read: MandateFile) -> Stored:
    """Keep the texts that are neither on file nor drafted yet as drafts, for somebody to review; publish nothing.

    Raises UnreadableMandate for a new mission without a name.
    """
    mission, new_mission = _mission_of(work, read)
    drafts = [_of(each, mission) for each in read.drafts]
    history = mandate_queries.mandate_history(work.session, mission=mission)
    drafted = mandate_queries.drafts_of(work.session, missions=[mission])[mission]
    known = [*(each.symbol for each in history), *(each.symbol for each in drafted)]
    new = [
        each
        for each in drafts
        if not any(mandate_rules.same_text(mandate_rules.clean_symbol(each.symbol), symbol) for symbol in known)
    ]
    for each in new:
        mandate_operations.save_draft(work, draft=each)
    return Stored(
        mission=mission,
        missions=int(new_mission),
        instruments=0,
        already=len(drafts) - len(new),
        drafts=len(new),
        differing=_differing(drafts, history),
    )


def _mission_of(work: Work, read: MandateFile) -> tuple[MissionId, bool]:
    """The mission of a file, and whether it was added for it."""
    key = read.mission["key"]
    known = {card.key: card.id for card in account_queries.missions(work.session)}
    return (known[key], False) if key in known else (_add_mission(work, read.mission), True)


def _differing(drafts: Iterable[InstrumentDraft], history: Sequence[Instrument]) -> tuple[str, ...]:
    return tuple(text.symbol for draft in drafts for text in history if _is_of(draft, text) and _differs(draft, text))


def _confirm(
    work: Work, *, mission: MissionId, loaded: Collection[InstrumentId], confirmed: Iterable[ConfirmedThere]
) -> None:
    """Confirm of the new texts what was confirmed where the file comes from."""
    texts = [each for each in mandate_queries.mandate_history(work.session, mission=mission) if each.id in loaded]
    for each in confirmed:
        text = next((one for one in texts if mandate_rules.same_text(each.symbol, one.symbol)), None)
        if text is not None:
            mandate_operations.confirm_condition(
                work,
                instrument=text.id,
                condition=each.name,
                met_on=max(each.met_on, text.effective_on),
                evidence=each.evidence or "Confirmed where the file of the mandate comes from.",
                seen_version=mandate_queries.mandate_version(work.session, mission=mission),
            )


def _differs(draft: InstrumentDraft, text: Instrument) -> bool:
    """Whether two tellings of one text differ in more than the way its symbol is written."""
    told = replace(draft, paragraphs=())
    return _text_to_json(told) | {"symbol": ""} != _text_to_json(text) | {"symbol": ""}


def _add_mission(work: Work, said: Mapping[str, Any]) -> MissionId:
    if not said.get("name"):
        told = wording("The mission is not on file yet, so the file must name it.")
        raise UnreadableMandate((Problem(field="mission/name", message=told),))
    return account_operations.add_mission(
        work,
        key=said["key"],
        name=said["name"],
        full_name=_local(said, "full_name"),
        place=_local(said, "place"),
        lead=said.get("lead", "UN"),
        status=MissionStatus(said.get("status", MissionStatus.ACTIVE.value)),
        region=said.get("region", ""),
        time_zone=said.get("time_zone", "UTC"),
        strength=_local(said, "strength"),
        certainty=Certainty(said.get("certainty", Certainty.KNOWLEDGE.value)),
    )


def _local(said: Mapping[str, Any], about: str) -> LocalText:
    """What the file says of the mission, in each language in which it does."""
    others = said.get("translations", {})
    return {"en": said.get(about, "")} | {code: each[about] for code, each in others.items() if about in each}
