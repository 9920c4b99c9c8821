"""Judgements about courses, sessions, seats and recognition. Texts of partners are untrusted: judged here, escaped by pages."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from trainer.accounts import rules as account_rules
from trainer.accounts.values import Account, MissionId, OrganisationId, Permission
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import Problem, Wording, wording
from trainer.partners.values import (
    CURRENCIES,
    MODES_WITH_TRAVEL,
    PLACE_LENGTH,
    REASON_LENGTH,
    SUMMARY_LENGTH,
    TEACHING_LANGUAGES,
    TITLE_LENGTH,
    AwardLine,
    AwardStanding,
    CourseDraft,
    CourseMode,
    CoursePage,
    CourseState,
    QuotaDraft,
    QuotaLine,
    RecognitionDecision,
    RecognitionLine,
    RecognitionState,
    SessionDraft,
)

MOST_DAYS = 365
MOST_SEATS = 2000
MOST_COST = 10_000_000
"""In minor units: 100,000.00 a seat."""
LONGEST_AHEAD = timedelta(days=3 * 366)
KEY_LENGTH = 70

_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that change the direction of what follows: in one partner's title they could rewrite the line beside it."""


# Who may


def may_edit(account: Account, *, organisation: OrganisationId) -> bool:
    """Whether the account may change courses and sessions of a partner of that organisation."""
    return account_rules.may(account, Permission.MANAGE_COURSES, organisation=organisation)


def may_see(account: Account, *, state: CourseState, organisation: OrganisationId) -> bool:
    """Whether the account may know of a course: drafts are seen by those who work on them and by those who will decide."""
    if state is not CourseState.DRAFT:
        return account_rules.may(account, Permission.READ_CATALOGUE)
    return may_edit(account, organisation=organisation) or account_rules.may(account, Permission.RECOGNISE_COURSES)


# Drafts


def check_course_draft(
    draft: CourseDraft, *, known: Collection[CompetencyKey], known_modules: Collection[ModuleKey]
) -> tuple[Problem, ...]:
    """Return everything wrong with a course, in the order of the form; empty when it can be taken."""
    return (
        *_check_text("title", draft.title, TITLE_LENGTH, wording("Give the course a title.")),
        *_check_text("summary", draft.summary, SUMMARY_LENGTH, None),
        *_check_terms(draft),
        *_check_awards(draft.awards, known=known),
        *_check_requires(draft, known=known),
        *_check_modules(draft.modules, known=known_modules),
    )


def _check_terms(draft: CourseDraft) -> Iterator[Problem]:
    if draft.language not in TEACHING_LANGUAGES:
        yield _at("language", wording("Choose the language in which the course is held."))
    if not 1 <= draft.days <= MOST_DAYS:
        yield _at("days", wording("Give the length as a number of days from 1 to {most}.", most=MOST_DAYS))
    if not 0 <= draft.cost <= MOST_COST:
        yield _at("cost", wording("Give the cost of a seat as 0 to {most} US dollars.", most=MOST_COST // 100))
    if draft.currency not in CURRENCIES:
        yield _at("cost", wording("Give the cost in US dollars: seats are compared by it."))


def _check_awards(awards: tuple[AtLevel, ...], *, known: Collection[CompetencyKey]) -> Iterator[Problem]:
    if not awards:
        yield _at("awards", wording("Choose at least one competency that the course proves, with its level."))
    for key in sorted({award.competency for award in awards if award.competency not in known}):
        yield _at("awards", wording("There is no competency “{key}” any more. Choose another.", key=key))
    for key, times in sorted(Counter(award.competency for award in awards).items()):
        if times > 1:
            yield _at("awards", wording("The competency “{key}” is chosen more than once. Keep one line.", key=key))
    if any(award.level is Level.NONE for award in awards):
        yield _at("awards", wording("Choose a level for each competency."))


def _check_requires(draft: CourseDraft, *, known: Collection[CompetencyKey]) -> Iterator[Problem]:
    needed = draft.requires
    if needed is None:
        return
    if needed.competency not in known:
        yield _at(
            "requires", wording("There is no competency “{key}” any more. Choose another.", key=needed.competency)
        )
    if needed.level is Level.NONE:
        yield _at("requires", wording("Choose the level that must be held before."))
    if any(award.competency == needed.competency and award.level <= needed.level for award in draft.awards):
        message = wording(
            "The course asks beforehand for what it proves. Ask for a lower level, or for something else."
        )
        yield _at("requires", message)


def _check_modules(modules: tuple[ModuleKey, ...], *, known: Collection[ModuleKey]) -> Iterator[Problem]:
    for key in sorted(set(modules) - set(known)):
        yield _at("modules", wording("There is no module “{key}” any more. Take it away.", key=key))


def check_session_draft(
    draft: SessionDraft, *, mode: CourseMode, taken: int, on: date, zones: Collection[str]
) -> tuple[Problem, ...]:
    """Return everything wrong with a session of a course held in `mode`, of which `taken` seats are booked."""
    return (
        *_check_days(draft, on=on),
        *_check_place(draft, mode=mode, zones=zones),
        *_check_seats(draft, taken=taken),
        *_check_quotas(draft),
    )


def _check_days(draft: SessionDraft, *, on: date) -> Iterator[Problem]:
    if draft.starts_on <= on:
        yield _at("starts_on", wording("The first day must lie after today, {day_on}.", day_on=on.isoformat()))
    elif draft.starts_on > on + LONGEST_AHEAD:
        yield _at("starts_on", wording("The first day lies more than three years ahead. Check the year."))
    if draft.ends_on < draft.starts_on:
        yield _at("ends_on", wording("The last day lies before the first. Check both."))
    elif draft.ends_on >= draft.starts_on + timedelta(days=MOST_DAYS):
        yield _at("ends_on", wording("A session lasts at most {most} days. Check the last day.", most=MOST_DAYS))


def _check_place(draft: SessionDraft, *, mode: CourseMode, zones: Collection[str]) -> Iterator[Problem]:
    if draft.time_zone not in zones:
        yield _at("time_zone", wording("Choose the time zone in which the start is given."))
    needed = wording("Say where it is held: people travel there.") if mode in MODES_WITH_TRAVEL else None
    yield from _check_text("place", draft.place, PLACE_LENGTH, needed)
    if mode in MODES_WITH_TRAVEL and not draft.region:
        yield _at("region", wording("Choose the region of the place: it decides who travels far."))


def _check_seats(draft: SessionDraft, *, taken: int) -> Iterator[Problem]:
    if not 1 <= draft.seats <= MOST_SEATS:
        yield _at("seats", wording("Give a number of seats from 1 to {most}.", most=MOST_SEATS))
    elif draft.seats < taken:
        yield _at("seats", wording("{taken} seats are booked already: there cannot be fewer.", taken=taken))
    if draft.least_seats < 0:
        yield _at("least_seats", wording("The least number of people cannot be below 0."))
    elif draft.least_seats > draft.seats:
        yield _at("least_seats", wording("More people are needed than there are seats. Check both numbers."))


def _check_quotas(draft: SessionDraft) -> Iterator[Problem]:
    for quota in draft.quotas:
        if quota.organisation is None and quota.mission is None:
            yield _at("quotas", wording("Choose for whom seats are reserved."))
        if quota.seats < 1:
            yield _at("quotas", wording("Reserve at least one seat, or take the line away."))
        if quota.released_on > draft.starts_on:
            message = wording("Reserved seats must be free for everybody by the first day at the latest.")
            yield _at("quotas", message)
    if sum(quota.seats for quota in draft.quotas) > draft.seats:
        yield _at("quotas", wording("More seats are reserved than there are. Check the numbers."))
    whom = Counter((quota.organisation, quota.mission) for quota in draft.quotas)
    if any(times > 1 for times in whom.values()):
        yield _at("quotas", wording("Seats are reserved for the same people twice. Keep one line."))


def check_reason(text: str, *, field: str) -> tuple[Problem, ...]:
    """Return what is wrong with a reason that others will read."""
    return tuple(_check_text(field, text, REASON_LENGTH, wording("Say why, in a sentence others will understand.")))


def _check_text(field: str, text: str, most: int, needed: Wording | None) -> Iterator[Problem]:
    if needed and not text.strip():
        yield _at(field, needed)
    if len(text) > most:
        yield _at(
            field, wording("This is {length} characters long; at most {most} are taken.", length=len(text), most=most)
        )
    if any(_is_unprintable(sign) for sign in text):
        yield _at(field, wording("This holds signs that cannot be shown. Type it anew, without copying."))


def _is_unprintable(sign: str) -> bool:
    return sign in _TURNS_TEXT or (unicodedata.category(sign) in {"Cc", "Cs", "Co"} and sign not in "\n\r\t")


def _at(field: str | None, message: Wording) -> Problem:
    return Problem(field=field, message=message)


def key_from(title: str, *, taken: Collection[str]) -> str:
    """Return a key for a course made of its title, different from those a partner has already."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "".join(sign if sign.isalnum() else " " for sign in plain).split()
    base = "-".join(words)[:KEY_LENGTH].strip("-") or "course"
    if base not in taken:
        return base
    return next(key for number in range(2, len(taken) + 3) if (key := f"{base}-{number}") not in taken)


# Recognition


def standing_of(decision: RecognitionLine | None, *, on: date) -> AwardStanding:
    """Return how an award stands on a day, from the decision in force on it."""
    if decision is None or decision.decided_on > on:
        return AwardStanding.WAITING
    if decision.state is RecognitionState.REFUSED:
        return AwardStanding.REFUSED
    if decision.expires_on is not None and decision.expires_on <= on:
        return AwardStanding.RUN_OUT
    return AwardStanding.RECOGNISED


def recognised_awards(awards: Iterable[AwardLine]) -> tuple[AtLevel, ...]:
    """Return what completing the course proves: the recognised awards, each at the level that was recognised."""
    return tuple(
        AtLevel(competency=award.competency, level=min(award.claimed, award.decision.level))
        for award in awards
        if award.standing is AwardStanding.RECOGNISED and award.decision is not None
    )


def check_decisions(
    decisions: Collection[RecognitionDecision], *, claims: Mapping[CompetencyKey, Level], on: date
) -> tuple[Problem, ...]:
    """Return everything wrong with decisions on a course that claims so much."""
    problems: list[Problem] = []
    if not decisions:
        problems.append(_at(None, wording("Decide on at least one competency.")))
    for decision in decisions:
        field, claimed = f"decision-{decision.competency}", claims.get(decision.competency)
        if claimed is None:
            message = wording("The course no longer claims “{key}”. Read it again.", key=decision.competency)
            problems.append(_at(field, message))
        elif not Level.AWARE <= decision.level <= claimed:
            message = wording(
                "Recognise a level from 1 to {claimed}, which is what the partner claims.", claimed=claimed
            )
            problems.append(_at(field, message))
        if decision.expires_on is not None and decision.expires_on <= on:
            problems.append(_at("expires_on", wording("The recognition must end after today.")))
        problems.extend(check_reason(decision.reason, field="reason"))
    if len({decision.competency for decision in decisions}) < len(decisions):
        problems.append(_at(None, wording("One competency is decided on twice.")))
    # several decisions share a reason and an end: each fault of those is told once
    return tuple(problem for place, problem in enumerate(problems) if problem not in problems[:place])


def decisions_ended_by(before: CourseDraft, after: CourseDraft) -> frozenset[CompetencyKey]:
    """Return the competencies whose decision a change of the course ends.

    What was judged was a claim taught in a mode: another mode puts all claims to judgement again, another level that one.
    """
    claims = {award.competency: award.level for award in before.awards}
    if before.mode is not after.mode:
        return frozenset(claims)
    kept = {award.competency: award.level for award in after.awards}
    return frozenset(key for key, level in claims.items() if kept.get(key) != level)


def undecided_anew(before: CoursePage, after: CourseDraft) -> frozenset[CompetencyKey]:
    """Return the competencies that a change of the course puts to judgement: claimed anew, or no longer as decided."""
    claimed = {award.competency for award in after.awards}
    decided = {award.competency for award in before.awards if award.decision is not None}
    known = {award.competency for award in before.awards}
    return frozenset((claimed - known) | (decisions_ended_by(before.draft, after) & decided & claimed))


# Seats


def is_for(quota: QuotaLine | QuotaDraft, *, organisation: OrganisationId, mission: MissionId | None) -> bool:
    """Whether a quota reserves seats for a person of that organisation, posted to that mission."""
    wants_organisation = quota.organisation is None or quota.organisation == organisation
    wants_mission = quota.mission is None or quota.mission == mission
    return wants_organisation and wants_mission


def still_reserved(
    quotas: Iterable[QuotaLine], *, taken_by: Iterable[tuple[OrganisationId, MissionId | None]]
) -> tuple[QuotaLine, ...]:
    """Return the quotas of a session with what is left of them when people of these organisations and missions sit there.

    Everybody counts for the first quota that is for them and has seats left; used up ones are left out.
    """
    left = {quota: quota.seats for quota in quotas}
    for organisation, mission in taken_by:
        own = (each for each in left if left[each] > 0 and is_for(each, organisation=organisation, mission=mission))
        first = next(own, None)
        if first is not None:
            left[first] -= 1
    return tuple(replace(quota, seats=seats) for quota, seats in left.items() if seats > 0)
