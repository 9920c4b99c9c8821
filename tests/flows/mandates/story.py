"""A mission with a few dozen people, texts that are published on their days, and what became of everybody by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer import edge, jobs
from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.models import Organisation
from trainer.accounts.values import (
    MissionId,
    MissionStatus,
    NewPerson,
    NewPosting,
    Office,
    OrganisationId,
    Role,
)
from trainer.competencies import operations as competency_operations
from trainer.competencies import queries as competency_queries
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Area, Gap, NewEvidence, Source, SourceRef
from trainer.demo import days, facts, ground
from trainer.kernel.clock import SetClock
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId, wording
from trainer.mandates import operations, queries
from trainer.mandates.rules import same_text
from trainer.mandates.values import InstrumentDraft, MandatedTask, MandateShift
from trainer.readiness import queries as readiness_queries
from trainer.tracks import queries as track_queries
from trainer.tracks.values import OPEN_STATES, Assignment, AssignmentState

PEOPLE = 24
ROLES = (Role.INFANTRY, Role.INFANTRY, Role.STAFF_OFFICER, Role.INDIVIDUAL_POLICE, Role.OBSERVER, Role.CIVILIAN)
open_work = partial(edge.job_transaction, "story")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What everybody holds and has done, to be compared later."""

    evidence: Mapping[PersonId, frozenset[object]]
    completed: frozenset[int]


class Story:
    """Tells what happens to one mission after another; the clock moves as told."""

    def __init__(self, session: Session, clock: SetClock) -> None:
        self.session = session
        self.clock = clock
        self.known = facts.read_facts()
        self.missions: dict[str, MissionId] = {}
        self.people: list[PersonId] = []

    # Setting

    def on(self, day: date) -> None:
        """Let the clock stand at nine o'clock of the day."""
        self.session.rollback()
        self.clock.set(datetime.combine(day, time(9), tzinfo=UTC))

    def opens(self, key: str, *, on: date, people: int = PEOPLE, before: str = "") -> None:
        """A mission with its texts up to a day (without `before` and what follows it), its people, and their first plan."""
        self.on(on)
        fact = next(each for each in self.known.missions if each.key == key)
        with open_work() as work:
            ground.store_missions(work, missions=[replace(fact, status=MissionStatus.ACTIVE, units=())])
        self.missions[key] = account_queries.mission_by_key(edge.reading(), key=key).id
        texts = [each for each in self.known.instruments_of(key) if each.effective_on <= on and each.symbol != before]
        with open_work() as work:
            operations.load_instruments(work, instruments=[self.draft(key, each.symbol) for each in texts])
        if people:
            self._enrol(key, people)
        self.follow()
        with open_work() as work:
            days.ask_for_plan(work, missions=[self.missions[key]], sentence=wording("First plan"), key=f"first:{key}")
        self.follow()
        self.approve()

    def _enrol(self, key: str, number: int) -> None:
        chance = Random(f"{key} {number}")
        organisation = OrganisationId(
            self.session.scalars(select(Organisation.id).order_by(Organisation.id)).first() or 0
        )
        today = edge.today()
        made = [
            NewPerson(
                key=f"{key}-{place:03}",
                given_name="Person",
                family_name=f"{key.upper()} {place:03}",
                organisation=organisation,
                spoken=("en",),
                invented=True,
                postings=(
                    NewPosting(
                        mission=self.missions[key],
                        unit=None,
                        role=ROLES[place % len(ROLES)],
                        starts_on=today - timedelta(days=60),
                        ends_on=None,
                    ),
                ),
            )
            for place in range(number)
        ]
        with open_work() as work:
            ids = list(account_operations.enrol_people(work, people=made).values())
            asked = queries.requirements_of(work.session, people=ids, on=today)
            competency_operations.record_evidence_in_bulk(
                work,
                rows=[
                    NewEvidence(
                        person=person,
                        competency=each.competency,
                        level=each.level,
                        observed_on=today - timedelta(days=30),
                        source=SourceRef(source=Source.OBSERVED, subject="Seen at work"),
                    )
                    for person, required in asked.items()
                    for each in required
                    if chance.random() < 0.5
                ],
            )
        self.people += ids

    # What happens

    def draft(self, key: str, symbol: str, **changes: object) -> InstrumentDraft:
        """A real text as it is on file in the facts."""
        fact = next(each for each in self.known.instruments_of(key) if same_text(each.symbol, symbol))
        made = ground.draft_of(fact, mission=self.missions[key])
        return replace(made, **changes)  # type: ignore[arg-type]

    def publishes(self, key: str, symbol: str, *, on: date | None = None, **changes: object) -> MandateShift:
        """The officer publishes a text on the day of its adoption, or on another; then the background does what follows."""
        made = self.draft(key, symbol, **changes)
        day = on or made.adopted_on
        assert day is not None
        self.on(day)
        with open_work() as work:
            shift = operations.publish_instrument(
                days.as_person(work, self.officer),
                draft=made,
                seen_version=queries.mandate_version(work.session, mission=made.mission),
            )
        self.follow()
        return shift

    def follow(self) -> None:
        """Everything that a day brings, and what follows from it."""
        self.session.rollback()
        jobs.run_everything()
        self.session.expire_all()

    def comes(self, day: date) -> None:
        """A day comes, with what it brings."""
        self.on(day)
        self.follow()

    def approve(self) -> int:
        """The manager approves what waits; return how many plans."""
        with open_work() as work:
            approved = days.approve_plans(work, manager=self.manager)
        self.follow()
        return approved

    # Who and what there is

    @property
    def officer(self) -> PersonId:
        return account_queries.holders_of(edge.reading(), office=Office.MANDATE_OFFICER)[0]

    @property
    def manager(self) -> PersonId:
        return account_queries.holders_of(edge.reading(), office=Office.READINESS_MANAGER)[0]

    def tasks(self, key: str, *, on: date | None = None) -> tuple[MandatedTask, ...]:
        """In force on a day, or today."""
        return queries.tasks_in_force(edge.reading(), mission=self.missions[key], on=on or edge.today())

    def kinds(self, key: str, *, on: date | None = None) -> set[str]:
        return {str(each.task_kind) for each in self.tasks(key, on=on)}

    def asked(self, key: str) -> set[Area]:
        """Areas of which anything is asked of somebody in the mission today."""
        required = queries.requirements_of(edge.reading(), people=self.in_mission(key), on=edge.today())
        return {each.area for found in required.values() for each in found}

    def in_mission(self, key: str) -> list[PersonId]:
        profiles = account_queries.profiles_in(edge.reading(), missions=[self.missions[key]], on=edge.today())
        return [each.id for each in profiles]

    def gaps(self, key: str) -> dict[Area, int]:
        """How many people lack something of an area, of what is asked today."""
        people = self.in_mission(key)
        required = queries.requirements_of(edge.reading(), people=people, on=edge.today())
        evidence = competency_queries.evidence_of(edge.reading(), people=people)
        found: Counter[Area] = Counter()
        for person in people:
            gaps: tuple[Gap, ...] = competency_rules.find_gaps(
                required.get(person, ()), evidence.get(person, ()), (), on=edge.today()
            )
            found.update({each.requirement.area for each in gaps})
        return dict(found)

    def board(self, key: str) -> set[Area]:
        """Areas of the mission that the board of readiness shows."""
        self.session.rollback()
        (row,) = [
            each
            for each in readiness_queries.board(edge.reading(), on=edge.today()).rows
            if each.mission.id == self.missions[key]
        ]
        return {area for area, cell in row.cells.items() if cell.required}

    def duties(self, people: Collection[PersonId] | None = None) -> list[Assignment]:
        reading = edge.reading()
        return [each for one in people or self.people for each in track_queries.assignments_of(reading, person=one)]

    def open_kinds(self, people: Collection[PersonId] | None = None) -> set[str]:
        """Kinds of task behind the assignments that are open."""
        return {ref.task_kind for each in self.duties(people) if each.state in OPEN_STATES for ref in each.because}

    def idle(self, people: Collection[PersonId] | None = None) -> list[Assignment]:
        """What somebody has open and has not begun, and nothing asks for any more."""
        everybody = list(people or self.people)
        required = queries.planned_requirements_of(edge.reading(), people=everybody, on=edge.today())
        asked = {person: {each.competency for each in found} for person, found in required.items()}
        return [
            each
            for each in self.duties(everybody)
            if each.state is AssignmentState.ASSIGNED
            and not {one.competency for one in each.closes} & asked.get(each.person, set())
        ]

    def withdrawn(self) -> list[Assignment]:
        return [each for each in self.duties() if each.state is AssignmentState.WITHDRAWN]

    def holdings(self) -> Holdings:
        """What everybody holds and has completed."""
        found = competency_queries.evidence_of(edge.reading(), people=self.people)
        return Holdings(
            evidence={person: frozenset(found.get(person, ())) for person in self.people},
            completed=frozenset(each.id for each in self.duties() if each.state is AssignmentState.COMPLETED),
        )

    def keeps(self, before: Holdings) -> bool:
        """Whether nobody lost anything of what they held and had completed."""
        now = self.holdings()
        return before.completed <= now.completed and all(
            rows <= now.evidence[person] for person, rows in before.evidence.items()
        )

    def events(self, name: str) -> int:
        """How often something was recorded."""
        return len(self.session.scalars(select(LedgerEntry.id).where(LedgerEntry.event == name)).all())

    def completes(self, share: float = 0.4) -> None:
        """Some people complete what they have open."""
        chance = Random(f"{edge.today()}")
        with open_work() as work:
            for each in track_queries.open_assignments(work.session, people=self.people):
                if each.module is not None and chance.random() < share:
                    days.complete_one(days.as_person(work, each.person), each)
        self.follow()
