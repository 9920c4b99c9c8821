"""Assignments with their reasons, and the plan that made them."""

from dataclasses import asdict
from datetime import date
from typing import Any

from tests.factories import accounts
from tests.factories.readiness import POC, Field
from trainer.accounts.events import PasswordSet
from trainer.competencies.values import Level, TaskRef
from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work
from trainer.planning.events import PlanApproved, PlanProposed
from trainer.planning.models import PlanPolicyRow, PlanRow, PlanRun
from trainer.planning.values import PlanState
from trainer.tracks.events import ModulesAssigned
from trainer.tracks.models import AssignmentRow
from trainer.tracks.values import AssignmentId


def because(place: Field, **changes: Any) -> TaskRef:
    """The paragraph of the mission's text that gives the protection of civilians."""
    given = {
        "mission": int(place.mission),
        "instrument": int(place.instrument),
        "symbol": "S/RES/2790 (2025)",
        "paragraph": "4 (a)",
        "task_kind": "CivProtect",
        "rule": "poc",
    }
    return TaskRef(**(given | changes))


def baseline(place: Field) -> TaskRef:
    """What is asked in every mission, by no paragraph."""
    return because(place, instrument=None, symbol="", paragraph="", task_kind="", rule="conduct")


def assignment(work: Work, person: PersonId, *reasons: TaskRef, **changes: Any) -> AssignmentId:
    """A module that closes the gap in the protection of civilians."""
    given: dict[str, Any] = {
        "module_key": "protection-of-civilians",
        "closes": [[str(POC), int(Level.PRACTISED)]],
        "due_on": date(2026, 12, 10),
        "assigned_at": accounts.NOW,
        "reason": wording("Your mission now protects civilians.").to_json(),
        "because": [asdict(each) for each in reasons],
    } | changes
    row = AssignmentRow(person_id=person, **given)
    work.session.add(row)
    work.session.flush()
    return AssignmentId(row.id)


def approved_plan(work: Work, *assigned: AssignmentId) -> int:
    """A plan that a person approved, with what it assigned; all on the ledger, and noise beside it."""
    policy = PlanPolicyRow(number=1, set_at=work.now, content={})
    cause = {"entry_id": None, "subject": None, "sentence": wording("New plan after resolution 2790.").to_json()}
    run = PlanRun(requested_at=work.now, cause=cause, cause_key="mission:1", missions=[], people=[])
    work.session.add_all([policy, run])
    work.session.flush()
    plan = PlanRow(
        run_id=run.id,
        state=PlanState.APPROVED,
        made_at=work.now,
        decided_at=work.now,
        needs_approval=True,
        approval_reasons=[],
        policy_id=policy.id,
        missions=[],
        objective=0,
        bound=0,
        counts={"gain": 1, "lose": 0, "replaced": 0, "untouched": 0, "gaps": 1, "closed": 1, "unmet": 0},
        snapshot_hash="",
        plan_hash="",
        options={},
    )
    work.session.add(plan)
    work.session.flush()
    work.record(PasswordSet(person_id=1))
    work.record(PlanProposed(plan_id=plan.id, run_id=run.id, needs_approval=True, missions=()))
    work.record(PlanApproved(plan_id=plan.id))
    work.record(ModulesAssigned(plan_id=plan.id, assigned=assigned, withdrawn=()))
    for each in assigned:
        work.session.get_one(AssignmentRow, each).plan_id = plan.id
    work.session.flush()
    return int(plan.id)
