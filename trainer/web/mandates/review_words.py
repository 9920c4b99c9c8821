"""What is said of drafts and what stands against them, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from flask_babel import gettext, ngettext

from trainer.competencies.values import Area
from trainer.kernel.values import PersonId
from trainer.mandates.values import InstrumentDraft, TaskKindKey, TaskLine
from trainer.reviews.values import Obstacle, ObstacleKind, Policy, Reader, Remark, RemarkKind, Verdict
from trainer.web.filters import listed
from trainer.web.mandates.words import day_words, how, kind_name, task_name
from trainer.web.words import name

Names = Mapping[PersonId, str]


def by_whom(person: PersonId | None, names: Names) -> str:
    """The name of somebody; Trainer's for what it or a command did."""
    return str(gettext("Trainer")) if person is None else names.get(person, str(gettext("somebody who is gone")))


def remark_title(remark: Remark, names: Names) -> str:
    """What was said or done and by whom, in one sentence."""
    who = by_whom(remark.person, names)
    said = {
        RemarkKind.BEGUN: gettext("%(who)s began the draft", who=who),
        RemarkKind.CHANGED: gettext("%(who)s changed the draft", who=who),
        RemarkKind.ASKED: gettext("%(who)s asked for a review", who=who),
        RemarkKind.COMMENTED: gettext("%(who)s commented", who=who),
        RemarkKind.RENEWED: gettext("%(who)s renewed the draft", who=who),
        RemarkKind.EXPIRED: gettext("The draft expired"),
        RemarkKind.PUBLISHED: gettext("%(who)s published it", who=who),
        RemarkKind.DISCARDED: gettext("%(who)s discarded the draft", who=who),
    }.get(remark.kind)
    if said is not None:
        return str(said)
    if remark.kind is RemarkKind.REVIEWED:
        if remark.verdict is Verdict.AGREE:
            return str(gettext("%(who)s reviewed it and agrees", who=who))
        return str(gettext("%(who)s reviewed it and asks for changes", who=who))
    if remark.verdict is Verdict.AGREE:
        return str(gettext("%(who)s agrees as requirements authority", who=who))
    if remark.verdict is Verdict.OBJECTION:
        return str(gettext("%(who)s objects as requirements authority", who=who))
    return str(gettext("%(who)s comments as requirements authority", who=who))


def remark_about(remark: Remark) -> str:
    """The areas or the task that a remark is about; empty for the whole draft."""
    if remark.line is not None:
        kind, area = remark.line
        if not area:
            return kind_name(TaskKindKey(kind))
        return str(gettext("%(task)s in %(area)s", task=kind_name(TaskKindKey(kind)), area=area))
    if remark.kind is RemarkKind.ASKED and not remark.areas:
        return str(gettext("It moves no task, so no area was asked."))
    return area_names(remark.areas)


def area_names(areas: Iterable[Area]) -> str:
    """Areas by their names."""
    return listed(name(each) for each in areas)


def obstacle(each: Obstacle) -> str:
    """What stands against a publication, and what to do about it."""
    said: Mapping[ObstacleKind, Callable[[], str]] = {
        ObstacleKind.EXPIRED: lambda: gettext("The draft is expired. Renew it first."),
        ObstacleKind.NOT_ASKED: lambda: gettext("Publication takes two people. Ask for a review."),
        ObstacleKind.AWAITED: lambda: gettext("Publication takes two people. The review is still awaited."),
        ObstacleKind.CHANGES: lambda: gettext(
            "The review asks for changes. Change the draft, then ask for a review again."
        ),
        ObstacleKind.OWN: lambda: gettext(
            "You wrote this draft or put it up for review: somebody else must publish it."
        ),
        ObstacleKind.OBJECTION: lambda: gettext(
            "An objection stands: %(areas)s. It stands until its requirements authority answers anew.",
            areas=area_names(each.areas),
        ),
        ObstacleKind.UNANSWERED: lambda: gettext(
            "Answers are awaited until %(day)s: %(areas)s.",
            day=day_words(each.on) if each.on else "",
            areas=area_names(each.areas),
        ),
    }
    return str(said[each.kind]())


def policy_words(policy: Policy) -> str:
    """The policy in a few sentences."""
    said = [
        gettext("Publication takes two people: another officer agrees and publishes.")
        if policy.two_people
        else gettext("One person may publish; a review can be asked for, and need not be."),
        gettext("An objection of a requirements authority stops publication until they answer anew.")
        if policy.objection_blocks
        else gettext("An objection of a requirements authority is recorded and stops nothing."),
    ]
    if policy.answer_days:
        said.append(
            ngettext(
                "Publication waits one day for answers.",
                "Publication waits %(num)s days for answers.",
                policy.answer_days,
            )
        )
    said.append(
        ngettext(
            "A draft expires one day after its last change.",
            "A draft expires %(num)s days after its last change.",
            policy.expire_days,
        )
    )
    return " ".join(str(each) for each in said)


def reader_words(reader: Reader, names: Names, missions: Mapping[int, str]) -> str:
    """Somebody's name, or everybody who holds an office in a mission."""
    if reader.office is None:
        return by_whom(reader.person, names)
    return str(
        gettext("%(office)s for %(mission)s", office=name(reader.office), mission=missions.get(reader.mission or 0, ""))
    )


def differences(theirs: InstrumentDraft, mine: InstrumentDraft) -> tuple[str, ...]:
    """What two states of a draft say otherwise, each in a line: theirs, then mine."""
    return tuple(_differences(theirs, mine))


def _differences(theirs: InstrumentDraft, mine: InstrumentDraft) -> Iterator[str]:
    facts = (
        (gettext("Symbol"), theirs.symbol, mine.symbol),
        (gettext("Title"), theirs.title, mine.title),
        (gettext("Adopted on"), day_words(theirs.adopted_on), day_words(mine.adopted_on)),
        (gettext("Takes effect on"), day_words(theirs.effective_on), day_words(mine.effective_on)),
        (gettext("Last day of the mandate"), day_words(theirs.last_on), day_words(mine.last_on)),
        (gettext("Note"), theirs.note, mine.note),
    )
    for label, one, other in facts:
        if one != other:
            yield gettext(
                "%(label)s: theirs %(theirs)s, yours %(mine)s", label=label, theirs=one or "–", mine=other or "–"
            )
    if theirs.complete_adjustment != mine.complete_adjustment:
        yield gettext("Whether it replaces the whole mandate")
    if theirs.milestones != mine.milestones:
        yield gettext("Phases and conditions")
    one_lines, other_lines = ({each.identity: each for each in draft.tasks} for draft in (theirs, mine))
    for identity in dict.fromkeys((*one_lines, *other_lines)):
        their_line, my_line = one_lines.get(identity), other_lines.get(identity)
        if their_line == my_line:
            continue
        known = their_line or my_line
        assert known is not None
        label, one, other = task_name(known), _line(their_line), _line(my_line)
        if one == other:
            yield gettext("%(label)s: its dates or words", label=label)
        else:
            yield gettext("%(label)s: theirs %(theirs)s, yours %(mine)s", label=label, theirs=one, mine=other)


def _line(line: TaskLine | None) -> str:
    if line is None:
        return str(gettext("nothing of it"))
    parts = [name(line.change), how(line), gettext("priority %(priority)s", priority=line.priority), line.paragraph]
    return ", ".join(str(each) for each in parts if each)


FILTERS: dict[str, Callable[..., object]] = {
    "area_names": area_names,
    "by_whom": by_whom,
    "obstacle": obstacle,
    "policy_words": policy_words,
    "reader_words": reader_words,
    "remark_about": remark_about,
    "remark_title": remark_title,
}
