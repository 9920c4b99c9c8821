"""Filling a database with the demonstration: facts, curricula, invented people and offers, a first plan and some lived days.

Every step is a transaction of its own and looks what is there already, so that an interrupted load goes on where it was.
What the steps record is history to the ledger and asks for no reaction, since the load itself does what reactions would:
only the people who are given something are told so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionStatus, Office
from trainer.competencies import queries as competency_queries
from trainer.demo import accounts, crowd, days, facts, ground, partners, people
from trainer.demo.crowd import OpenWork, in_batches
from trainer.demo.events import DemonstrationLoaded
from trainer.kernel import ledger
from trainer.kernel.errors import Conflict
from trainer.kernel.events import Event
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId, mark, wording
from trainer.kernel.work import Work
from trainer.observations.events import ObservationReported
from trainer.partners import operations as partner_operations
from trainer.partners import queries as partner_queries
from trainer.planning.events import PlanApproved
from trainer.readiness import operations as readiness_operations
from trainer.tracks.events import ModulesAssigned

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and of how much."""
PlanAll = Callable[[], object]
"""Does the background work that waits, as jobs would: makes the plans that were asked for, sends what is owed."""

WAIVED = 14
OFFICE_NAMES: Mapping[Office | None, str] = {
    Office.MANDATE_OFFICER: mark("Mandate officer"),
    Office.READINESS_MANAGER: mark("Readiness manager"),
    Office.TRAINING_PARTNER: mark("Training partner"),
    None: mark("Trainee"),
    Office.AUDITOR: mark("Auditor"),
    Office.ADMINISTRATOR: mark("Administrator"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLine:
    """How to sign in as somebody of the demonstration."""

    office_name: str
    login: str
    password: str
    says: str
    """What there is to see as this person."""


def sign_in_lines() -> tuple[SignInLine, ...]:
    """Return the accounts of the demonstration, as the command and the sign-in page show them."""
    return tuple(
        SignInLine(office_name=OFFICE_NAMES[each.office], login=each.email, password=accounts.PASSWORD, says=each.says)
        for each in accounts.read_accounts()
    )


def is_loaded(session: Session) -> bool:
    """Tell whether the invented world is complete."""
    return happened(session, DemonstrationLoaded)


def happened(session: Session, kind: type[Event]) -> bool:
    """Tell whether such an event is on the ledger: how a step knows that it was done before an interruption."""
    return session.scalar(select(LedgerEntry.id).where(LedgerEntry.event == kind.name).limit(1)) is not None


def settle(work: Work) -> None:
    """Let what was recorded so far be history: only people who were given something are still told."""
    work.session.flush()  # entries have their ids from now on
    done = [each.id for each in work.recorded if each.event != ModulesAssigned.name]
    ledger.settle_unanswered(work.session, done, now=work.now)


class RealPeople(Conflict):
    """A demonstration has accounts whose password everybody knows, one of an administrator among them."""

    def __init__(self) -> None:
        super().__init__(
            wording("This database holds people who are not invented. Name an empty one for the demonstration.")
        )


def refuse_among_real_people(session: Session) -> None:
    """Raise RealPeople unless everybody in the database is invented."""
    if account_queries.population(session).real:
        raise RealPeople


def load(open_work: OpenWork, *, people: int, seed: int, today: date, progress: Progress, plan_all: PlanAll) -> None:
    """Make the invented world, or what is missing of it; does nothing to a complete one.

    `open_work` opens one transaction of the job that loads; `today` is the day it will say it is. Raises RealPeople.
    """
    with open_work() as work:
        if is_loaded(work.session):
            return
        refuse_among_real_people(work.session)
    _lay_ground(open_work, progress=progress)
    _fill(open_work, number=people, seed=seed, today=today, progress=progress)
    _set_going(open_work, seed=seed, progress=progress, plan_all=plan_all)
    with open_work() as work:
        work.record(DemonstrationLoaded(people=people, seed=seed))
        settle(work)
    plan_all()


def _lay_ground(open_work: OpenWork, *, progress: Progress) -> None:
    known = facts.read_facts()
    store_curricula(open_work, progress=progress)
    progress("Missions and mandates", 0, 4)
    with open_work() as work:
        ground.store_organisations(work, organisations=known.organisations, partners=partners.read_market().partners)
        ground.store_missions(work, missions=known.missions)
        settle(work)
    progress("Missions and mandates", 2, 4)
    with open_work() as work:
        ground.store_mandates(work, instruments=known.instruments)
        ground.store_rules(work, rules=known.rules)
        settle(work)
    progress("Missions and mandates", 4, 4)


def store_curricula(open_work: OpenWork, *, progress: Progress) -> None:
    """Adopt the framework and install every pack."""
    curricula = ground.read_curricula()
    total = len(curricula.packs) + 1
    with open_work() as work:
        ground.store_framework(work, curricula)
        settle(work)
    for done, pack in enumerate(curricula.packs, 1):
        progress("Curricula", done, total)
        with open_work() as work:
            ground.install_pack(work, pack)
            settle(work)
    progress("Curricula", total, total)


def _fill(open_work: OpenWork, *, number: int, seed: int, today: date, progress: Progress) -> None:
    known = facts.read_facts()
    with open_work() as work:
        places = ground.places_of(work.session)
        asked = crowd.asked_of(work)
    chance = Random(f"evidence {seed}")  # noqa: S311 - repeatable invention, not secrecy
    invented = people.invent_people(known, places, people=number, seed=seed, today=today)
    done = 0
    for batch in in_batches(invented, crowd.BATCH):
        progress("People and what they hold", done, number)
        with open_work() as work:
            crowd.store_people(work, batch=batch, asked=asked, chance=chance)
            settle(work)
        done += len(batch)
    progress("People and what they hold", number, number)
    with open_work() as work:
        crowd.store_accounts(work, facts=accounts.read_accounts(), places=places)
        settle(work)
    progress("Partners, courses and sessions", 0, 1)
    store_offers(open_work, sessions=partners.sessions_for(number), seed=seed)
    progress("Partners, courses and sessions", 1, 1)


def store_offers(open_work: OpenWork, *, sessions: int, seed: int, reach: int = partners.REACH_DAYS) -> None:
    """Load what the partners offer, unless there are partners already."""
    with open_work() as work:
        if partner_queries.partners(work.session):
            return
        places = ground.places_of(work.session)
        missions = account_queries.missions(work.session)
        specs = partners.invent_offers(
            partners.read_market(),
            organisations=places.organisations,
            missions=[each.id for each in missions if each.status is not MissionStatus.CLOSED],
            areas={key: each.area for key, each in competency_queries.competencies(work.session).items()},
            sessions=sessions,
            seed=seed,
            today=work.today,
            reach=reach,
        )
        partner_operations.load_offers(work, partners=specs)
        settle(work)


def _set_going(open_work: OpenWork, *, seed: int, progress: Progress, plan_all: PlanAll) -> None:
    staff = staff_of(open_work)
    with open_work() as work:
        _waive_some(work, staff)
        if not happened(work.session, ObservationReported):
            days.report_lessons(work, reporters=staff.trainees, manager=staff.manager)
        settle(work)
    first_plan(open_work, manager=staff.manager, progress=progress, plan_all=plan_all)
    chance = Random(f"days {seed}")  # noqa: S311 - repeatable invention, not secrecy
    for done, total in days.live(open_work, without=staff.trainees, chance=chance, settle=settle):
        progress("Modules begun and done", done, total)
    refresh_all(open_work, progress=progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who acts in the lived days."""

    manager: PersonId
    trainees: tuple[PersonId, ...]


def staff_of(open_work: OpenWork) -> Staff:
    """Find the people of the demonstration who act while it is made."""
    known = accounts.read_accounts()
    with open_work() as work:
        ids = account_queries.people_by_key(work.session, keys=[each.key for each in known])
    manager = next(ids[each.key] for each in known if each.office is Office.READINESS_MANAGER)
    return Staff(manager=manager, trainees=tuple(ids[each.key] for each in known if each.posting and each.key in ids))


def _waive_some(work: Work, staff: Staff) -> None:
    profiles = account_queries.profiles_in(work.session, missions=days.working_missions(work), on=work.today)
    others = [each.id for each in profiles if each.id not in staff.trainees]
    looked_at: Sequence[PersonId] = others[:: max(1, len(others) // (4 * WAIVED))]
    crowd.store_waivers(work, people=looked_at, asked=crowd.asked_of(work), granted_by=staff.manager, most=WAIVED)


def first_plan(open_work: OpenWork, *, manager: PersonId, progress: Progress, plan_all: PlanAll) -> None:
    """Plan for everybody at once, so that all have the same chance of a seat, and let the manager approve."""
    progress("First plan", 0, 3)
    with open_work() as work:
        if happened(work.session, PlanApproved):
            return
        days.ask_for_plan(
            work, missions=days.working_missions(work), sentence=wording("First plan for all missions"), key="first"
        )
        settle(work)
    plan_all()
    progress("First plan", 1, 3)
    with open_work() as work:
        days.approve_plans(work, manager=manager)
        settle(work)
    progress("First plan", 2, 3)
    plan_all()
    progress("First plan", 3, 3)


def refresh_all(open_work: OpenWork, *, progress: Progress) -> None:
    """Work out how ready each mission is."""
    with open_work() as work:
        missions = days.working_missions(work)
    for done, mission in enumerate(missions):
        progress("Readiness", done, len(missions))
        with open_work() as work:
            readiness_operations.want_refresh(work, missions=(mission,))
            readiness_operations.refresh_readiness(work, mission=mission)
            settle(work)
    progress("Readiness", len(missions), len(missions))
