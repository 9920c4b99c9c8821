"""What plans say to people: why something is given, kept or taken back, what else there was, and why a gap stays open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from trainer.accounts.values import Role
from trainer.competencies.values import Competency, CompetencyKey, Currency, Level, TaskRef
from trainer.kernel.values import LocalText, Scalar, Wording, mark, wording
from trainer.partners.values import TEACHING_LANGUAGES, SessionCard
from trainer.planning.rules.question import Offer, Want
from trainer.tracks.values import Assignment

_ASKED_BY_PARAGRAPH: Mapping[Currency, str] = {
    Currency.NEVER: mark(
        "{symbol}, paragraph {paragraph}, asks for {competency} at level {level} in {mission} by {due_on}, "
        "and no evidence of it is on file."
    ),
    Currency.LAPSED: mark(
        "{symbol}, paragraph {paragraph}, asks for {competency} at level {level} in {mission}; "
        "the evidence of it ran out on {lapsed_on}."
    ),
    Currency.UNKNOWN: mark(
        "{symbol}, paragraph {paragraph}, asks for {competency} at level {level} in {mission} by {due_on}; "
        "what is on file does not prove it."
    ),
    Currency.DUE_SOON: mark(
        "{symbol}, paragraph {paragraph}, asks for {competency} at level {level} in {mission}; "
        "the evidence of it runs out on {lapsed_on}."
    ),
}
_ASKED_BY_TEXT: Mapping[Currency, str] = {
    Currency.NEVER: mark(
        "{symbol} asks for {competency} at level {level} in {mission} by {due_on}, and no evidence of it is on file."
    ),
    Currency.LAPSED: mark(
        "{symbol} asks for {competency} at level {level} in {mission}; the evidence of it ran out on {lapsed_on}."
    ),
    Currency.UNKNOWN: mark(
        "{symbol} asks for {competency} at level {level} in {mission} by {due_on}; what is on file does not prove it."
    ),
    Currency.DUE_SOON: mark(
        "{symbol} asks for {competency} at level {level} in {mission}; the evidence of it runs out on {lapsed_on}."
    ),
}
_ASKED_OF_EVERYBODY: Mapping[Currency, str] = {
    Currency.NEVER: mark(
        "Everybody with this role needs {competency} at level {level} in {mission} by {due_on}, and no evidence of it is on file."
    ),
    Currency.LAPSED: mark(
        "Everybody with this role needs {competency} at level {level} in {mission}; the evidence of it ran out on {lapsed_on}."
    ),
    Currency.UNKNOWN: mark(
        "Everybody with this role needs {competency} at level {level} in {mission} by {due_on}; "
        "what is on file does not prove it."
    ),
    Currency.DUE_SOON: mark(
        "Everybody with this role needs {competency} at level {level} in {mission}; the evidence of it runs out on {lapsed_on}."
    ),
}


UNNUMBERED = "unnumbered"
"""What stands for the number of a paragraph that has none."""


def is_numbered(task: TaskRef) -> bool:
    """Whether the paragraph behind a requirement can be named."""
    return task.paragraph not in ("", UNNUMBERED)


def title_of(competencies: Mapping[CompetencyKey, Competency], key: CompetencyKey) -> LocalText:
    """The title of a competency; its key while no framework in use has it."""
    found = competencies.get(key)
    return {"en": key} if found is None else found.title


def asked(want: Want, competency: LocalText, mission: str) -> Wording:
    """Why a gap is to be closed: the paragraph that asks, what for, and what is lacking."""
    requirement, currency = want.gap.requirement, want.gap.currency
    task = requirement.because[0]
    said: dict[str, Scalar] = {"level": int(requirement.level), "mission": mission, "competency": competency}
    if currency in (Currency.NEVER, Currency.UNKNOWN):
        said["due_on"] = want.due_on.isoformat()
    if currency in (Currency.LAPSED, Currency.DUE_SOON):
        assert want.gap.lapsed_on is not None
        said["lapsed_on"] = want.gap.lapsed_on.isoformat()
    if not task.symbol:
        return Wording(_ASKED_OF_EVERYBODY[currency], said)
    said["symbol"] = task.symbol
    if not is_numbered(task):
        return Wording(_ASKED_BY_TEXT[currency], said)
    return Wording(_ASKED_BY_PARAGRAPH[currency], said | {"paragraph": task.paragraph})


def prepares(following: Offer, competency: LocalText, level: Level) -> Wording:
    """Why something is given that closes no gap by itself."""
    return wording(
        "{title} asks for {competency} at level {level} first; this gives it.",
        level=int(level), title=following.title, competency=competency,
    )  # fmt: skip


# What stays, and what is taken back


def begun() -> Wording:
    return wording("It has begun, so it stays.")


def frozen(starts_on: date, days: int) -> Wording:
    return wording(
        "It starts on {starts_on}, within the {days} days in which nothing is moved, so it stays.",
        starts_on=starts_on.isoformat(), days=days,
    )  # fmt: skip


def why_kept(assignment: Assignment, seat: SessionCard | None, at: datetime, freeze_days: int) -> Wording:
    """Why something stayed at the moment: it had begun, was to begin too soon to be moved, or does what it was given for."""
    if assignment.started_at is not None and assignment.started_at <= at:
        return begun()
    if seat is not None and (seat.starts_on - at.date()).days < freeze_days:
        return frozen(seat.starts_on, freeze_days)
    return assignment.reason


def no_longer_asked(assignment: Assignment, competency: LocalText, mission: str, *, moved: bool) -> Wording:
    """What it was for is not asked of this person any more. Credit for what is done is kept in any case."""
    said: dict[str, Scalar] = {"mission": mission, "competency": competency}
    if moved:
        return wording("{competency} was asked in {mission}, where this posting has ended.", **said)
    task: TaskRef | None = next(iter(assignment.because), None)
    if task is None or not task.symbol:
        return wording("{competency} is no longer asked of this role in {mission}.", **said)
    said["symbol"] = task.symbol
    if not is_numbered(task):
        return wording("The task of {symbol} that asked for {competency} in {mission} is no longer in force.", **said)
    return wording(
        "The task of {symbol}, paragraph {paragraph}, that asked for {competency} in {mission} is no longer in force.",
        paragraph=task.paragraph, **said,
    )  # fmt: skip


def proven(competency: LocalText, level: Level) -> Wording:
    return wording(
        "Valid evidence of {competency} at level {level} is on file now, so this is not needed.",
        level=int(level), competency=competency,
    )  # fmt: skip


def waived(competency: LocalText) -> Wording:
    return wording("A waiver covers {competency} for the time being, so this is not needed.", competency=competency)


def closed_by_another(competency: LocalText) -> Wording:
    return wording("Something that has begun already gives {competency}, so this is not needed.", competency=competency)


def raised(competency: LocalText, level: Level) -> Wording:
    return wording(
        "{competency} is asked at level {level} now, which this does not give.",
        level=int(level), competency=competency,
    )  # fmt: skip


def twice() -> Wording:
    return wording("The same was assigned twice; the earlier one stays.")


def leaves_early(leaves_on: date, name: str) -> Wording:
    """Said of whoever leaves before their posting ends, since capacity is lost."""
    return wording(
        "You leave on {leaves_on}, before your posting ends ({name}), so this is no longer given to you.",
        leaves_on=leaves_on.isoformat(),
        name=name,
    )


def not_offered(title: LocalText) -> Wording:
    return wording("{title} is no longer offered.", title=title)


def missed() -> Wording:
    return wording("The session was held without the person, so the need is planned for again.")


def replaced(title: LocalText, starts_on: date | None) -> Wording:
    if starts_on is None:
        return wording("{title} takes its place in this plan.", title=title)
    return wording(
        "{title}, from {starts_on}, takes its place in this plan.",
        starts_on=starts_on.isoformat(),
        title=title,
    )


def gives_way(role: Role | None, mission: str, want: Want, competency: LocalText) -> Wording:
    """Said of a seat that somebody else is given, while nothing takes its place."""
    return wording(
        "Somebody else in {mission} ({role}) is given this seat, for whom it weighs more: {competency} at level {level}, "
        "due by {due_on}. What it was for here stays open.",
        **_needed(role, mission, want, competency),
    )


def makes_room(role: Role | None, mission: str, want: Want, competency: LocalText, other: Offer) -> Wording:
    """Said of a seat that somebody else is given, while something no better takes its place."""
    said = _needed(role, mission, want, competency) | {"title": other.title}
    if other.starts_on is None:
        return wording(
            "Somebody else in {mission} ({role}) is given this seat, for whom it weighs more: {competency} at level {level}, "
            "due by {due_on}. {title} takes its place here.",
            **said,
        )
    return wording(
        "Somebody else in {mission} ({role}) is given this seat, for whom it weighs more: {competency} at level {level}, "
        "due by {due_on}. {title}, from {starts_on}, takes its place here.",
        starts_on=other.starts_on.isoformat(), **said,
    )  # fmt: skip


def _needed(role: Role | None, mission: str, want: Want, competency: LocalText) -> dict[str, Scalar]:
    return {
        "role": "" if role is None else role.value,
        "mission": mission,
        "competency": competency,
        "level": int(want.gap.requirement.level),
        "due_on": want.due_on.isoformat(),
    }


def closes_more(other: Offer, competency: LocalText) -> Wording:
    return wording("{title} takes its place: it closes {competency} besides.", title=other.title, competency=competency)


def in_time(other: Offer, *, ends_on: date, due_on: date) -> Wording:
    return wording(
        "{title} takes its place: it ends on {ends_on}, in time for {due_on}, for which this was too late.",
        title=other.title, ends_on=ends_on.isoformat(), due_on=due_on.isoformat(),
    )  # fmt: skip


def sooner(other: Offer, *, ends_on: date, before_on: date) -> Wording:
    return wording(
        "{title} takes its place: it ends on {ends_on} instead of {before_on}.",
        title=other.title, ends_on=ends_on.isoformat(), before_on=before_on.isoformat(),
    )  # fmt: skip


def cheaper(other: Offer, *, amount: int) -> Wording:
    return wording("{title} takes its place: it costs {amount} less.", title=other.title, amount=amount)


def spares_a_journey(other: Offer) -> Wording:
    return wording("{title} takes its place: it spares a journey.", title=other.title)


def closed_besides(other: Offer) -> Wording:
    """Said of a seat whose gap something closes that the person has or is given anyway."""
    return wording("{title} closes the same, so that this seat is free for others.", title=other.title)


def prepared_for(following: Offer) -> Wording:
    return wording("It prepared for {title}, which this plan takes back as well.", title=following.title)


def serves_the_whole() -> Wording:
    """Said of a seat that is given up while nobody in particular has it instead."""
    return wording(
        "Taken together, the people of this plan close heavier gaps, or close them sooner, without this seat."
    )


def no_longer_possible() -> Wording:
    return wording(
        "It can no longer be taken: another duty, the language, the role or the number of seats stands against it."
    )


# What else there was


def only_choice() -> Wording:
    return wording("Nothing else that is free would close this gap.")


def next_best(chosen: Offer, other: Offer) -> Wording:
    """What would have come instead, with the difference that decided: days, then minutes, then money."""
    title: dict[str, Scalar] = {"title": other.title}
    later = (other.ends_on - chosen.ends_on).days
    if later == 1 and other.starts_on is not None:
        return wording(
            "Next best was {title} from {starts_on}: it ends a day later.",
            starts_on=other.starts_on.isoformat(), **title,
        )  # fmt: skip
    if later > 0 and other.starts_on is not None:
        return wording(
            "Next best was {title} from {starts_on}: it ends {days} days later.",
            starts_on=other.starts_on.isoformat(), days=later, **title,
        )  # fmt: skip
    if other.starts_on is not None and chosen.starts_on is None:
        return wording(
            "Next best was {title} from {starts_on}, which costs a seat.",
            starts_on=other.starts_on.isoformat(),
            **title,
        )
    if other.minutes > chosen.minutes:
        return wording(
            "Next best was {title}: it takes {minutes} minutes longer.", minutes=other.minutes - chosen.minutes, **title
        )
    if other.cost > chosen.cost:
        return wording(
            "Next best was {title}: it costs {amount} more.", amount=(other.cost - chosen.cost) // 100, **title
        )
    if other.on_the_spot and not chosen.on_the_spot:
        return wording("Next best was {title}, which means a journey.", **title)
    return wording("Next best was {title}.", **title)


# Why a gap stays open


def languages_named(codes: tuple[str, ...]) -> str:
    """Languages under their own names, which every reader recognises."""
    return ", ".join(TEACHING_LANGUAGES.get(code, code) for code in codes)


def no_course(want: Want, competency: LocalText, *, lower: int) -> Wording:
    """`lower`: how many modules and courses give it at a lower level."""
    said: dict[str, Scalar] = {"level": int(want.gap.requirement.level), "competency": competency}
    if lower:
        return wording(
            "No module or recognised course gives {competency} at level {level}; at a lower level: {count}.",
            count=lower, **said,
        )  # fmt: skip
    return wording("No module or recognised course gives {competency} at level {level}.", **said)


def only_observed(want: Want, competency: LocalText) -> Wording:
    return wording(
        "Only observed performance counts for {competency} at level {level}: no course gives it, the mission records it.",
        level=int(want.gap.requirement.level), competency=competency,
    )  # fmt: skip


def role_not_admitted(competency: LocalText, *, count: int) -> Wording:
    return wording(
        "Of the courses that give {competency} ({count}), none admits the role of this person.",
        count=count, competency=competency,
    )  # fmt: skip


def language_not_offered(
    competency: LocalText, *, count: int, offered: tuple[str, ...], spoken: tuple[str, ...]
) -> Wording:
    said: dict[str, Scalar] = {"count": count, "offered": languages_named(offered), "competency": competency}
    if not spoken:
        return wording(
            "Modules and courses for {competency} ({count}) are in {offered}; no language of the person is on file.",
            **said,
        )
    return wording(
        "Modules and courses for {competency} ({count}) are in {offered}; the person reads {spoken}.",
        spoken=languages_named(spoken), **said,
    )  # fmt: skip


def no_session(competency: LocalText, *, count: int, starts_on: date, ends_on: date) -> Wording:
    return wording(
        "Of the courses that give {competency} ({count}), none has an open session between {starts_on} and {ends_on}.",
        count=count, starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat(), competency=competency,
    )  # fmt: skip


def not_available(competency: LocalText, *, count: int, first: Offer) -> Wording:
    assert first.starts_on is not None
    return wording(
        "Sessions give {competency} ({count}), the first from {starts_on} to {ends_on}; "
        "leave, other training or the end of the posting fall into each.",
        count=count, starts_on=first.starts_on.isoformat(), ends_on=first.ends_on.isoformat(), competency=competency,
    )  # fmt: skip


def prerequisite_lacking(offer: Offer, required: LocalText, *, count: int) -> Wording:
    assert offer.requires is not None
    return wording(
        "{title} asks for {required} at level {level} first, which is not held in time; "
        "nor is what any other way to close this gap asks for ({count} in all).",
        level=int(offer.requires.level), count=count, title=offer.title, required=required,
    )  # fmt: skip


def prerequisite_out_of_reach(offer: Offer, required: LocalText) -> Wording:
    assert offer.requires is not None
    return wording(
        "{title} asks for {required} at level {level} first, and nothing gives that in a language of this person.",
        title=offer.title, required=required, level=int(offer.requires.level),
    )  # fmt: skip


def prerequisite_later(offer: Offer, required: LocalText, *, first: Offer, seats: int) -> Wording:
    assert offer.requires is not None
    return wording(
        "{title} asks for {required} at level {level} first. {first} gives that and comes with a later plan: "
        "the person is given as much as policy allows at once ({seats}).",
        title=offer.title, required=required, level=int(offer.requires.level), first=first.title, seats=seats,
    )  # fmt: skip


def all_taken(competency: LocalText, *, count: int, seats: int) -> Wording:
    if seats == 0:
        return wording(
            "The sessions that could give {competency} ({count}) are full.", count=count, competency=competency
        )
    return wording(
        "All seats ({seats}) of the sessions that could give {competency} ({count}) are taken.",
        count=count, seats=seats, competency=competency,
    )  # fmt: skip


def reserved(competency: LocalText, *, count: int, offer: Offer, released_on: date) -> Wording:
    assert offer.starts_on is not None
    return wording(
        "Free seats for {competency} ({count}) are reserved for others; those of {title} from {starts_on} until {released_on}.",
        count=count, title=offer.title, starts_on=offer.starts_on.isoformat(), released_on=released_on.isoformat(),
        competency=competency,
    )  # fmt: skip


def class_too_small(competency: LocalText, *, offer: Offer, lacking: int) -> Wording:
    assert offer.starts_on is not None
    return wording(
        "{title} from {starts_on} would give {competency}, but too few take part for it to be held (lacking: {count}).",
        title=offer.title, starts_on=offer.starts_on.isoformat(), count=lacking, competency=competency,
    )  # fmt: skip


def others_wait(competency: LocalText, *, offer: Offer) -> Wording:
    assert offer.starts_on is not None
    return wording(
        "Somebody waits before this person for a seat in {title} from {starts_on}, which would give {competency}.",
        title=offer.title, starts_on=offer.starts_on.isoformat(), competency=competency,
    )  # fmt: skip


def enough_others(competency: LocalText, *, count: int) -> Wording:
    return wording(
        "Of the unit as many are given {competency} as are asked for ({count}).", count=count, competency=competency
    )


def too_dear(competency: LocalText, *, count: int, least: int) -> Wording:
    return wording(
        "Sessions with free seats give {competency} ({count}); the cheapest costs {amount}, more than is left to spend.",
        count=count, amount=least // 100, competency=competency,
    )  # fmt: skip


def same_days(competency: LocalText, *, count: int, other: Offer) -> Wording:
    return wording(
        "Sessions with free seats give {competency} ({count}), all on days on which the person has another seat, "
        "such as {title}.",
        count=count, title=other.title, competency=competency,
    )  # fmt: skip


def enough_already(competency: LocalText, *, seats: int, first: Offer) -> Wording:
    return wording(
        "The person is given as much as policy allows at once ({seats}); {title} comes next.",
        seats=seats, title=first.title, competency=competency,
    )  # fmt: skip


def not_worth_it(competency: LocalText, *, count: int, offer: Offer) -> Wording:
    return wording(
        "Free seats would give {competency} ({count}), such as {title}; what they cost outweighs closing this gap, "
        "or the time is used for heavier ones.",
        count=count, title=offer.title, competency=competency,
    )  # fmt: skip


def too_late(competency: LocalText, *, ends_on: date, due_on: date) -> Wording:
    return wording(
        "The first possible end is {ends_on}, {days} days after {due_on}: too late for {competency} to count.",
        ends_on=ends_on.isoformat(), due_on=due_on.isoformat(), days=(ends_on - due_on).days, competency=competency,
    )  # fmt: skip
