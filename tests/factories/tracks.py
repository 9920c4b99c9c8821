"""Modules to learn, assignments in every state, attempts, and steps to be assigned: valid by default.

Every function that stores takes a session or a work first and returns the id of what it made.
"""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.catalogue.models import ModuleVersion, PackVersion, Teaches, TrackVersion
from trainer.catalogue.values import AtLevel, ModuleKey, ModuleVersionId
from trainer.competencies.models import CompetencyRow, Framework
from trainer.competencies.values import Area, CompetencyKey, Level, TaskRef
from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work
from trainer.partners.models import CourseSession
from trainer.partners.values import SessionId
from trainer.tracks.models import AssignmentRow, Attempt
from trainer.tracks.values import AssignmentId, AssignmentState, AttemptId, Step

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE = date(2026, 12, 20)
RIGHT = {"report": (1,), "signs": (0, 2)}
"""Answers that are all right to the questions of `module`."""
WRONG = {"report": (0,), "signs": (0, 2)}

REASON = wording("Your mission protects civilians.")
PARAGRAPH = TaskRef(
    mission=1,
    instrument=1,
    symbol="S/RES/2790 (2025)",
    paragraph="3",
    task_kind="CivProtect",
    rule="poc",
)

_numbers = count(1)


def competency(place: Session | Work, key: str = "poc", **changes: Any) -> CompetencyKey:
    """A competency whose evidence counts for twelve months."""
    session = _session(place)
    framework = Framework(
        key=f"framework-{next(_numbers)}", version="1", title={"en": "Framework"}, digest="0" * 64, adopted_at=NOW
    )
    session.add(framework)
    session.flush()
    given = {
        "area": Area.POC,
        "title": {"en": "Protecting civilians", "fr": "Protéger les civils"},
        "statement": {"en": "Protects civilians under threat."},
        "valid_months": 12,
        "decay": "mixed",
    } | changes
    session.add(CompetencyRow(framework_id=framework.id, key=key, **given))
    session.flush()
    return CompetencyKey(key)


def questions(language: str = "en") -> list[dict[str, Any]]:
    """One question with one right answer, one with two."""
    mark = "" if language == "en" else f" ({language})"
    return [
        {
            "key": "report",
            "ask": f"Whom do you tell first?{mark}",
            "kind": "one",
            "answers": [
                {"text": f"The press{mark}", "right": False, "reason": f"They are told by others.{mark}"},
                {"text": f"Your commander{mark}", "right": True, "reason": f"Command must know first.{mark}"},
            ],
        },
        {
            "key": "signs",
            "ask": f"What are early signs?{mark}",
            "kind": "many",
            "answers": [
                {"text": f"Families leave{mark}", "right": True, "reason": f"They know first.{mark}"},
                {"text": f"Rain{mark}", "right": False, "reason": f"It rains anyway.{mark}"},
                {"text": f"Markets close{mark}", "right": True, "reason": f"Traders hear early.{mark}"},
            ],
        },
    ]


def module(place: Session | Work, key: str = "poc-basics", **changes: Any) -> ModuleVersionId:
    """A current module in English and French that teaches `poc` at level 2 and asks two questions."""
    session = _session(place)
    teaches = changes.pop("teaches", {"poc": 2})
    pack = _pack(session)
    given = {
        "title": {"en": f"Basics of {key}", "fr": f"Bases de {key}"},
        "summary": {"en": "What to know before all else."},
        "effort_minutes": 45,
        "lessons": {"en": "## Listen\n\nListen *first*.", "fr": "## Écouter\n\nÉcoutez d'abord."},
        "questions": {"en": questions(), "fr": questions("fr")},
        "languages": ["en", "fr"],
        "sources": ["S/RES/1894 (2009)"],
        "pass_percent": 80,
    } | changes
    row = ModuleVersion(pack_version_id=pack, key=key, **given)
    session.add(row)
    session.flush()
    session.add_all(Teaches(module_version_id=row.id, competency_key=each, level=at) for each, at in teaches.items())
    session.flush()
    return ModuleVersionId(row.id)


def track(place: Session | Work, *modules: str, **changes: Any) -> None:
    """A track for infantry through the modules; each is skipped while held and taken once."""
    session = _session(place)
    pack = _pack(session)
    given = {
        "key": "infantry",
        "title": {"en": "Infantry"},
        "role": "infantry",
        "steps": [{"module": each, "skip": "current", "repeat": "never"} for each in modules],
    } | changes
    session.add(TrackVersion(pack_version_id=pack, **given))
    session.flush()


def assignment(place: Session | Work, *, person: PersonId, module: str = "poc-basics", **changes: Any) -> AssignmentId:
    """A module that is due in four weeks and not begun; the module itself must be made before."""
    given: dict[str, Any] = {
        "module_version_id": _version(place, module),
        "closes": [["poc", 2]],
        "due_on": DUE,
        "assigned_at": datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        "reason": REASON.to_json(),
        "because": [
            {
                "mission": PARAGRAPH.mission,
                "instrument": PARAGRAPH.instrument,
                "symbol": PARAGRAPH.symbol,
                "paragraph": PARAGRAPH.paragraph,
                "task_kind": PARAGRAPH.task_kind,
                "rule": PARAGRAPH.rule,
            }
        ],
    } | changes
    return AssignmentId(_added(place, AssignmentRow(person_id=person, module_key=module, **given)))


def begun_assignment(place: Session | Work, *, person: PersonId, **changes: Any) -> AssignmentId:
    """A module that the person has begun."""
    begun = {"state": AssignmentState.IN_PROGRESS, "started_at": datetime(2026, 11, 22, 9, 0, tzinfo=UTC)}
    return assignment(place, person=person, **(begun | changes))


def overdue_assignment(place: Session | Work, *, person: PersonId, **changes: Any) -> AssignmentId:
    """A module that was due yesterday."""
    return assignment(place, person=person, **({"due_on": date(2026, 11, 23)} | changes))


def completed_assignment(place: Session | Work, *, person: PersonId, **changes: Any) -> AssignmentId:
    """A module that the person completed last week."""
    ended = {"state": AssignmentState.COMPLETED, "ended_at": datetime(2026, 11, 17, 9, 0, tzinfo=UTC)}
    return assignment(place, person=person, **(ended | changes))


def withdrawn_assignment(place: Session | Work, *, person: PersonId, **changes: Any) -> AssignmentId:
    """A module that was taken back yesterday."""
    ended = {
        "state": AssignmentState.WITHDRAWN,
        "ended_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        "ended_because": wording("Your mission no longer does this.").to_json(),
    }
    return assignment(place, person=person, **(ended | changes))


def seat(
    place: Session | Work, *, person: PersonId, course_session: SessionId, takes: int = 1, **changes: Any
) -> AssignmentId:
    """A seat that the person has in a session; counts it as taken there, unless it takes 0."""
    session = _session(place)
    row = session.get_one(CourseSession, course_session, populate_existing=True)
    row.seats_taken += takes
    given: dict[str, Any] = {
        "closes": [["poc", 2]],
        "due_on": date(2027, 3, 1),
        "assigned_at": datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        "reason": REASON.to_json(),
        "because": [],
    } | changes
    return AssignmentId(_added(place, AssignmentRow(person_id=person, course_session_id=course_session, **given)))


def failed_attempt(place: Session | Work, *, assignment: AssignmentId, **changes: Any) -> AttemptId:
    """An attempt with one of two answers right."""
    given = {
        "token": f"token-{next(_numbers)}",
        "finished_at": NOW,
        "answers": {key: list(chosen) for key, chosen in WRONG.items()},
        "right": 1,
        "asked": 2,
        "passed": False,
    } | changes
    return AttemptId(_added(place, Attempt(assignment_id=assignment, **given)))


def step(
    person: PersonId, *, module: str | None = "poc-basics", session: SessionId | None = None, **changes: Any
) -> Step:
    """A step to assign: a module, or a seat when a session is named."""
    given: dict[str, Any] = {
        "closes": (AtLevel(competency=CompetencyKey("poc"), level=Level.PRACTISED),),
        "due_on": DUE,
        "reason": REASON,
        "because": (PARAGRAPH,),
    } | changes
    named = None if session is not None or module is None else ModuleKey(module)
    return Step(person=person, module=named, session=session, **given)


def _pack(session: Session) -> int:
    return _added(
        session,
        PackVersion(
            key=f"pack-{next(_numbers)}",
            version="1.0",
            edition="2026",
            title={"en": "A pack"},
            licence="MIT",
            authors=["A. Author"],
            framework="peace-operations",
            needs=[],
            supersedes=None,
            digest="0" * 64,
            installed_at=NOW,
        ),
    )


def _version(place: Session | Work, module: str) -> int:
    query = select(ModuleVersion.id).where(ModuleVersion.key == module).order_by(ModuleVersion.id.desc()).limit(1)
    return _session(place).scalars(query).one()


def _session(place: Session | Work) -> Session:
    return place.session if isinstance(place, Work) else place


def _added(place: Session | Work, row: Any) -> int:
    session = _session(place)
    session.add(row)
    session.flush()
    number: int = row.id
    return number
