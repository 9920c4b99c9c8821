"""From a paragraph to a seat and back, put together from what every capability below knows. Reads only, and decides nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, MissionId, PersonProfile, Role, UnitId
from trainer.audit import queries as audit_queries
from trainer.audit.values import HistoryLine
from trainer.catalogue import queries as catalogue_queries
from trainer.chain.values import (
    AssignmentChain,
    Chain,
    ParagraphStop,
    PersonStop,
    RequirementStop,
    SeatStop,
    TaskChain,
    TaskRequirement,
    TaskStop,
)
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Competency, CompetencyKey, Currency, Level, TaskRef
from trainer.kernel.errors import NotFound
from trainer.kernel.values import LocalText, PersonId, Subject, SubjectKind, wording
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import TASK_KINDS, Demand, Instrument, MandatedTask, TaskKindKey, TaskLine
from trainer.partners import queries as partner_queries
from trainer.planning import queries as plan_queries
from trainer.planning.values import PlanId
from trainer.readiness import queries as readiness_queries
from trainer.readiness import rules as readiness_rules
from trainer.readiness.values import PersonReadiness
from trainer.tracks import queries as track_queries
from trainer.tracks.values import Assignment, AssignmentId

SHOWN = 12
"""How many people and seats a stop names; beyond, it counts."""
HISTORY_SHOWN = 100


class NoSuchTask(NotFound):
    """The vocabulary of tasks does not have it."""


def chain_of_assignment(session: Session, *, assignment: AssignmentId) -> AssignmentChain:
    """The chain behind an assignment, by what was stored with it; raises the refusal of an unknown one.

    It holds whatever became of the mandate since: a text that was withdrawn later is still what it was decided on.
    """
    found = track_queries.assignment(session, assignment=assignment)
    owner = account_queries.people_cards(session, people=(found.person,))[found.person]
    (seat,) = _seats(session, (found,))
    texts = _texts(session, found.because)
    chain = Chain(
        mission=_mission(session, found.because),
        paragraphs=_paragraphs(found.because, texts),
        tasks=_tasks(found.because, texts),
        requirements=_closed(session, found),
        people=_people(session, [_profile(session, found)]),
        people_in_all=1,
        seats=(seat,),
        seats_in_all=1,
    )
    return AssignmentChain(
        chain=chain,
        assignment=found,
        owner=owner,
        title=seat.title,
        plan=plan_queries.plan_head(session, plan=PlanId(found.plan)) if found.plan is not None else None,
        history=_history(session, found),
    )


def chain_of_task(session: Session, *, mission: MissionId, task_kind: str, on: date) -> TaskChain:
    """The chain below a task of a mission on a day: what it asks of whom, and what they have because of it.

    A task that is not in force has the chain of nothing. Raises NoSuchTask and the refusal of an unknown mission.
    """
    kind = TASK_KINDS.get(TaskKindKey(task_kind))
    if kind is None:
        raise NoSuchTask(wording("There is no such task. Choose one from the page of a mission."))
    card = account_queries.mission(session, mission=mission)
    tasks = [
        each for each in mandate_queries.tasks_in_force(session, mission=mission, on=on) if each.task_kind == kind.key
    ]
    asked = _asked(session, mission, kind.key, on=on) if tasks else {}
    open_seats = _because_of(track_queries.open_assignments(session, people=list(asked)), mission, kind.key)
    demands = _demanded(session, mission, kind.key, on=on) if tasks else ()
    requirements = _task_requirements(session, demands, asked, open_seats)
    people = [profile for profile, _ in asked.values()]
    chain = Chain(
        mission=card,
        paragraphs=tuple(_ordering(each) for each in tasks),
        tasks=tuple(_in_force(each) for each in tasks),
        requirements=tuple(
            {(each.requirement.competency, each.requirement.level): each.requirement for each in requirements}.values()
        ),
        people=_people(session, people[:SHOWN]),
        people_in_all=len(people),
        seats=_seats(session, open_seats[:SHOWN]),
        seats_in_all=len(open_seats),
    )
    return TaskChain(
        chain=chain,
        mission=card,
        task_kind=kind.key,
        area=kind.area,
        in_force=bool(tasks),
        requirements=requirements,
    )


def _mission(session: Session, because: Sequence[TaskRef]) -> MissionCard | None:
    missions = {each.id: each for each in account_queries.missions(session)}
    return next((missions[MissionId(task.mission)] for task in because if MissionId(task.mission) in missions), None)


def _texts(session: Session, because: Iterable[TaskRef]) -> Mapping[int, Instrument]:
    missions = {MissionId(task.mission) for task in because if task.instrument is not None}
    histories = mandate_queries.instruments_of(session, missions=missions)
    return {text.id: text for history in histories.values() for text in history}


def _paragraphs(because: Iterable[TaskRef], texts: Mapping[int, Instrument]) -> tuple[ParagraphStop, ...]:
    found: dict[tuple[int, str], ParagraphStop] = {}
    for task in because:
        text = texts.get(task.instrument) if task.instrument is not None else None
        if text is None:
            continue
        line = _line(task, text)
        stop = ParagraphStop(
            instrument=text.id,
            symbol=text.symbol,
            paragraph=task.paragraph,
            words=line.words if line else "",
            withdrawn=text.withdrawn_at is not None,
        )
        found.setdefault((text.id, task.paragraph), stop)
    return tuple(found.values())


def _tasks(because: Iterable[TaskRef], texts: Mapping[int, Instrument]) -> tuple[TaskStop, ...]:
    found: dict[tuple[TaskKindKey, str], TaskStop] = {}
    for task in because:
        text = texts.get(task.instrument) if task.instrument is not None else None
        line = _line(task, text) if text else None
        if line is None or line.task_kind not in TASK_KINDS:
            continue
        stop = TaskStop(
            task_kind=line.task_kind,
            area=TASK_KINDS[line.task_kind].area,
            area_of_operations=line.area_of_operations,
            modalities=line.modalities,
            force=line.force,
        )
        found.setdefault((line.task_kind, line.area_of_operations), stop)
    return tuple(found.values())


def _line(task: TaskRef, text: Instrument) -> TaskLine | None:
    lines = [line for line in text.tasks if line.task_kind == task.task_kind]
    return next((line for line in lines if line.paragraph == task.paragraph), lines[0] if lines else None)


def _closed(session: Session, assignment: Assignment) -> tuple[RequirementStop, ...]:
    known = competency_queries.competencies(session)
    return tuple(_requirement(known, each.competency, each.level) for each in assignment.closes)


def _requirement(known: Mapping[CompetencyKey, Competency], key: CompetencyKey, level: Level) -> RequirementStop:
    found = known.get(key)
    return RequirementStop(
        competency=key,
        title=found.title if found else {"en": key},
        area=found.area if found else None,
        level=level,
    )


def _profile(session: Session, assignment: Assignment) -> PersonProfile:
    return account_queries.person_profile(session, person=assignment.person, on=assignment.assigned_at.date())


def _people(session: Session, profiles: Sequence[PersonProfile]) -> tuple[PersonStop, ...]:
    missions = {each.mission for each in profiles if each.mission is not None}
    units = {each.id: each.name for mission in missions for each in account_queries.units_of(session, mission=mission)}
    return tuple(_person(each, units) for each in profiles)


def _person(profile: PersonProfile, units: Mapping[UnitId, str]) -> PersonStop:
    unit = units.get(profile.unit, "") if profile.unit is not None else ""
    return PersonStop(person=profile.id, name=profile.name, role=profile.role, unit_name=unit)


def _seats(session: Session, assignments: Sequence[Assignment]) -> tuple[SeatStop, ...]:
    modules = [each.module for each in assignments if each.module is not None]
    titles = catalogue_queries.module_titles(session, modules=modules)
    sessions = [each.session for each in assignments if each.session is not None]
    cards = partner_queries.session_cards(session, sessions=sessions)
    stops = []
    for each in assignments:
        card = cards.get(each.session) if each.session is not None else None
        title: LocalText = {"en": card.course_title if card else each.module or ""}
        stops.append(
            SeatStop(
                assignment=each.id,
                person=each.person,
                title=titles.get(each.module, title) if each.module is not None else title,
                seat=card,
                due_on=each.due_on,
                state=each.state,
            )
        )
    return tuple(stops)


def _history(session: Session, assignment: Assignment) -> tuple[HistoryLine, ...]:
    instruments = [each.instrument for each in assignment.because if each.instrument is not None]
    subjects = [
        Subject(kind=SubjectKind.ASSIGNMENT, id=assignment.id),
        *(Subject(kind=SubjectKind.INSTRUMENT, id=each) for each in instruments),
    ]
    if assignment.plan is not None:
        subjects.append(Subject(kind=SubjectKind.PLAN, id=assignment.plan))
    return audit_queries.history_of_all(session, subjects=subjects, limit=HISTORY_SHOWN)


def _ordering(task: MandatedTask) -> ParagraphStop:
    return ParagraphStop(
        instrument=task.instrument, symbol=task.symbol, paragraph=task.paragraph, words=task.words, withdrawn=False
    )


def _in_force(task: MandatedTask) -> TaskStop:
    return TaskStop(
        task_kind=task.task_kind,
        area=task.area,
        area_of_operations=task.area_of_operations,
        modalities=task.modalities,
        force=task.force,
    )


def _asked(
    session: Session, mission: MissionId, kind: TaskKindKey, *, on: date
) -> Mapping[PersonId, tuple[PersonProfile, tuple[PersonReadiness, ...]]]:
    """Whom the task asks for something, with where they stand against that, worst first."""
    profiles = {each.id: each for each in account_queries.profiles_in(session, missions=(mission,), on=on)}
    standings = readiness_queries.standings_of(session, people=list(profiles), on=on)
    asked = {
        person: found
        for person, all_of in standings.items()
        if (found := tuple(each for each in all_of if any(task.task_kind == kind for task in each.because)))
    }
    order = sorted(asked, key=lambda person: (readiness_rules.severity(asked[person]), person))
    return {person: (profiles[person], asked[person]) for person in order}


def _because_of(assignments: Iterable[Assignment], mission: MissionId, kind: TaskKindKey) -> tuple[Assignment, ...]:
    return tuple(
        each for each in assignments if any(task.mission == mission and task.task_kind == kind for task in each.because)
    )


def _demanded(session: Session, mission: MissionId, kind: TaskKindKey, *, on: date) -> tuple[Demand, ...]:
    demands = mandate_queries.demands_of(session, missions=(mission,), on=on)
    return tuple(
        demand
        for role in Role
        for demand in demands.get((mission, role), ())
        if any(task.task_kind == kind for task in demand.because)
    )


def _task_requirements(
    session: Session,
    demands: Iterable[Demand],
    asked: Mapping[PersonId, tuple[PersonProfile, tuple[PersonReadiness, ...]]],
    seats: Iterable[Assignment],
) -> tuple[TaskRequirement, ...]:
    known = competency_queries.competencies(session)
    states: defaultdict[tuple[Role | None, CompetencyKey], list[Currency]] = defaultdict(list)
    for profile, standings in asked.values():
        for standing in standings:
            states[profile.role, standing.competency].append(standing.currency)
    assigned = Counter((asked[seat.person][0].role, closes.competency) for seat in seats for closes in seat.closes)
    return tuple(
        TaskRequirement(
            role=demand.role,
            requirement=_requirement(known, demand.competency, demand.level),
            scope=demand.scope,
            scope_size=demand.scope_size,
            readiness=readiness_rules.roll_up(states[demand.role, demand.competency]),
            assigned=assigned[demand.role, demand.competency],
        )
        for demand in demands
    )
