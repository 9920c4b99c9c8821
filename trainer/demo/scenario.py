"""UNMISS 2014: a world of its own that plays in another year, in which skills are taken from a mandate and come back.

The texts, their days and their tasks are real; the people are invented, and stay longer than contingents do, so that one
can see what becomes of the same people. S/RES/2155 (27 May 2014) takes 17 of 23 tasks away: open assignments for them are
withdrawn, what was completed stays on record. S/RES/2241 (9 October 2015) brings eight tasks back: whoever proved the
competency once and whose evidence lapsed within the window is given a refresher, everybody else the full module or course.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from random import Random

from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import NewPerson, NewPosting, Office, Role
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import CompetencyKey, Level, NewEvidence, Source, SourceRef
from trainer.demo import accounts, crowd, days, facts, ground, partners
from trainer.demo import load as loading
from trainer.demo.accounts import AccountFact, PostingFact
from trainer.demo.crowd import Asked, OpenWork, in_batches
from trainer.demo.events import DemonstrationLoaded
from trainer.demo.facts import WHOLE, Facts, InstrumentFact
from trainer.demo.load import PlanAll, Progress, settle
from trainer.demo.people import CERTIFICATES, Odds, Wanted, invent_evidence, invent_people
from trainer.kernel.values import PersonId, mark
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates.rules import same_text
from trainer.partners import queries as partner_queries
from trainer.partners.values import SessionId
from trainer.reviews import queries as review_queries
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries
from trainer.tracks.values import Assignment

START = date(2014, 5, 20)
MISSION = "unmiss"
PEOPLE = 200
SEED = 2155
LEAVE_ON = date(2017, 6, 30)
REACH_DAYS = 900
SESSIONS = 420
"""Enough for the whole time that the scenario plays in."""

COMING_BACK: Mapping[str, int] = {
    "ddr-support": 36,
    "defence-reform": 36,
    "police-support": 36,
    "gender-responsive-operations": 36,
    "justice-and-corrections": 36,
    "state-authority": 36,
}
"""What S/RES/2155 takes away and S/RES/2241 asks for again, with the months it is valid."""

ELSEWHERE = Odds(current=86, due_soon=3, lapsed=3, unknown=3)
"""Of what is asked throughout, nearly everything is held: the eye is to fall on what comes and goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioDate:
    """A day on which something happens."""

    on: date
    title: str
    """Marked for translation."""
    publishes: tuple[str, ...]
    """Symbols of the texts of that day."""


DATES: Sequence[ScenarioDate] = (
    ScenarioDate(
        on=date(2014, 5, 27),
        title=mark("S/RES/2155 narrows the mandate: 23 tasks become 7"),
        publishes=("S/RES/2155",),
    ),
    ScenarioDate(
        on=date(2014, 11, 25),
        title=mark("S/RES/2187 renews the mandate"),
        publishes=("S/RES/2187",),
    ),
    ScenarioDate(
        on=date(2015, 5, 28),
        title=mark("S/RES/2223 renews the mandate"),
        publishes=("S/RES/2223",),
    ),
    ScenarioDate(
        on=date(2015, 10, 9),
        title=mark("S/RES/2241 brings eight tasks back"),
        publishes=("S/RES/2241",),
    ),
)
"""In their order; the scenario ends with the last."""


def next_date(*, after: date) -> ScenarioDate | None:
    """Return the next day on which something happens, or None when the scenario is over."""
    return next((each for each in DATES if each.on > after), None)


def advance(open_work: OpenWork, *, day: ScenarioDate, move_clock: Callable[[date], None], plan_all: PlanAll) -> None:
    """Let the time until the day pass, move the clock, publish what the day brings, and do what follows from it."""
    live_until(open_work, until=day.on)
    move_clock(day.on)
    plan_all()  # what ran out meanwhile comes first, or its plan would make that of the text stale
    with open_work() as work:
        play(work, day=day)
    plan_all()


def live_until(open_work: OpenWork, *, until: date) -> None:
    """Let people take what they were given: modules within some weeks, sessions as they are held; before the clock moves.

    People who sign in are left out: what they do is for whoever plays them.
    """
    with open_work() as work:
        deeds = _deeds(work, until=until)
    for batch in in_batches(deeds, 60):
        with open_work() as work:
            for on, deed in batch:
                deed(replace(work, now=datetime.combine(on, time(12), tzinfo=UTC), today=on))
            settle(work)


Deed = tuple[date, Callable[[Work], None]]


def _deeds(work: Work, *, until: date) -> list[Deed]:
    """What is done on which day before `until`, in order."""
    chance = Random(f"deeds {until}")  # noqa: S311 - repeatable invention, not secrecy
    trainees = {each.key for each in accounts.read_accounts()}
    without = set(account_queries.people_by_key(work.session, keys=trainees).values())
    profiles = account_queries.profiles_in(work.session, missions=days.working_missions(work), on=work.today)
    everything = track_queries.open_assignments(work.session, people=[each.id for each in profiles])
    deeds: list[Deed] = []
    seats: defaultdict[SessionId, list[PersonId]] = defaultdict(list)
    for each in everything:
        if each.session is not None:
            seats[each.session].append(each.person)
            continue
        on = max(work.today, each.assigned_at.date()) + timedelta(days=chance.randint(2, 40))
        if on < until and each.person not in without and chance.random() < 0.9:
            deeds.append((on, partial(_complete, assignment=each)))
    for session, card in partner_queries.session_cards(work.session, sessions=list(seats)).items():
        if card.ends_on < until and card.ends_on >= work.today:
            present = [person for person in seats[session] if chance.random() < 0.93]
            deeds.append((card.ends_on, partial(_attend, session=session, present=present)))
    return sorted(deeds, key=itemgetter(0))


def _complete(work: Work, *, assignment: Assignment) -> None:
    days.complete_one(days.as_person(work, assignment.person), assignment)


def _attend(work: Work, *, session: SessionId, present: Collection[PersonId]) -> None:
    track_operations.record_attendance(work, course_session=session, present=present)


def play(work: Work, *, day: ScenarioDate) -> None:
    """Publish what the day brings, as the mandate officer; on that day, and once only.

    Needs the clock to stand there; what follows is for the background work.
    """
    officer = account_queries.holders_of(work.session, office=Office.MANDATE_OFFICER)[0]
    mission = account_queries.mission_by_key(work.session, key=MISSION).id
    for fact in facts.read_facts().instruments_of(MISSION):
        on_file = mandate_queries.mandate_history(work.session, mission=mission)
        if fact.symbol not in day.publishes or any(same_text(fact.symbol, each.symbol) for each in on_file):
            continue
        draft = ground.draft_of(fact, mission=mission)
        if review_queries.policy(work.session).two_people:
            # somebody who plays asked for two people: the day brings them a draft to decide
            if not any(same_text(fact.symbol, each.symbol) for each in mandate_queries.drafts(work.session)):
                mandate_operations.save_draft(days.as_person(work, officer), draft=draft)
            continue
        mandate_operations.publish_instrument(
            days.as_person(work, officer),
            draft=draft,
            seen_version=mandate_queries.mandate_version(work.session, mission=mission),
        )


def load(open_work: OpenWork, *, progress: Progress, plan_all: PlanAll, people: int = PEOPLE) -> None:
    """Make the world as it stood on START; the clock stands there already. Does nothing to a complete one."""
    with open_work() as work:
        if loading.is_loaded(work.session):
            return
        loading.refuse_among_real_people(work.session)
    known = world()
    loading.store_curricula(open_work, progress=progress)
    progress("Mission and mandate", 0, 1)
    with open_work() as work:
        ground.store_organisations(work, organisations=known.organisations, partners=partners.read_market().partners)
        ground.store_missions(work, missions=known.missions)
        ground.store_mandates(work, instruments=past_texts(known, on=work.today))
        ground.store_rules(work, rules=known.rules)
        settle(work)
    progress("Mission and mandate", 1, 1)
    progress("People and partners", 0, 2)
    with open_work() as work:
        places = ground.places_of(work.session)
        crowd.store_accounts(work, facts=signing_in(), places=places)
        _store_people(work, known, number=people)
        settle(work)
    progress("People and partners", 1, 2)
    loading.store_offers(open_work, sessions=SESSIONS, seed=SEED, reach=REACH_DAYS)
    progress("People and partners", 2, 2)
    staff = loading.staff_of(open_work)
    loading.first_plan(open_work, manager=staff.manager, progress=progress, plan_all=plan_all)
    chance = Random(f"days {SEED}")  # noqa: S311 - repeatable invention, not secrecy
    for done, total in days.live(open_work, without=staff.trainees, chance=chance, settle=settle):
        progress("Modules begun and done", done, total)
    loading.refresh_all(open_work, progress=progress)
    with open_work() as work:
        work.record(DemonstrationLoaded(people=people, seed=SEED))
        settle(work)
    plan_all()


def world() -> Facts:
    """The facts, narrowed to the one mission."""
    known = facts.read_facts()
    mission = next(each for each in known.missions if each.key == MISSION)
    return replace(known, missions=(replace(mission, share=WHOLE),), instruments=known.instruments_of(MISSION))


def past_texts(known: Facts, *, on: date) -> tuple[InstrumentFact, ...]:
    """The texts adopted up to a day."""
    return tuple(each for each in known.instruments if each.adopted_on is not None and each.adopted_on <= on)


def signing_in() -> tuple[AccountFact, ...]:
    """The accounts of the demonstration, with both trainees in the one mission."""
    stays = (LEAVE_ON - START).days
    posts = iter(
        (
            PostingFact(mission=MISSION, unit="malakal-fpu", role=Role.FORMED_POLICE, since=96, left=stays),
            PostingFact(mission=MISSION, unit=None, role=Role.INDIVIDUAL_POLICE, since=60, left=stays),
        )
    )
    return tuple(
        replace(each, posting=next(posts)) if each.posting is not None else each for each in accounts.read_accounts()
    )


def _store_people(work: Work, known: Facts, *, number: int) -> None:
    invented = [
        _staying(each)
        for each in invent_people(known, ground.places_of(work.session), people=number, seed=SEED, today=START)
    ]
    if account_queries.people_by_key(work.session, keys=[invented[0].key]):
        return
    chance = Random(f"evidence {SEED}")  # noqa: S311 - repeatable invention, not secrecy
    ids = account_operations.enrol_people(work, people=invented)
    asked = crowd.asked_of(work)
    months = crowd.valid_months(work)
    rows = [
        row
        for person in invented
        for row in _evidence(ids[person.key], person.postings[0], asked=asked, months=months, chance=chance)
    ]
    competency_operations.record_evidence_in_bulk(work, rows=rows)


def _staying(person: NewPerson) -> NewPerson:
    """Whoever is there stays to the end; nobody is still to arrive, and nobody is on leave."""
    posting = person.postings[0]
    starts_on = min(posting.starts_on, START - timedelta(days=30))
    return replace(person, postings=(replace(posting, starts_on=starts_on, ends_on=LEAVE_ON),), absences=())


def _evidence(
    person: PersonId,
    posting: NewPosting,
    *,
    asked: Asked,
    months: Mapping[CompetencyKey, int],
    chance: Random,
) -> Iterator[NewEvidence]:
    wanted = asked.get((posting.mission, posting.role), ())
    lasting = [each for each in wanted if each.competency not in COMING_BACK]
    yield from invent_evidence(person, lasting, odds=ELSEWHERE, chance=chance, months=months, today=START)
    for each in {one.competency: one for one in wanted if one.competency in COMING_BACK}.values():
        yield from _lapsing(person, each, chance=chance)


def _lapsing(person: PersonId, wanted: Wanted, *, chance: Random) -> Iterator[NewEvidence]:
    """Most proved it once and will lose it before it is asked again; some hold on to it, some never proved it."""
    draw = chance.random()
    if draw < 0.25:
        return
    lapses_on = date(2014, 9, 10) + timedelta(days=chance.randint(0, 370))
    observed_on = lapses_on - timedelta(days=round(COMING_BACK[wanted.competency] * 30.44))
    if draw > 0.85:
        observed_on = START - timedelta(days=chance.randint(10, 100))
    source = max(wanted.least_source, Source.NATIONAL_CERTIFICATE, key=lambda each: each.weight)
    yield NewEvidence(
        person=person,
        competency=wanted.competency,
        level=Level(wanted.level),
        observed_on=observed_on,
        source=SourceRef(source=source, subject=CERTIFICATES[source][0]),
    )
