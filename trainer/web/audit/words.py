"""What the ledger holds, in words: every event, every part of a payload, every job; one table for each.

Keys of the ledger are for ever, so nothing is taken out of these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import gettext, lazy_gettext

from trainer.kernel.values import SubjectKind


class EventGroup(StrEnum):
    """Events that are looked at together."""

    DECISIONS = "decisions"
    """What people decided, and policy for them."""
    EVERYTHING = "everything"
    MANDATES = "mandates"
    PLANS = "plans"
    TRAINING = "training"
    EVIDENCE = "evidence"
    COURSES = "courses"
    PEOPLE = "people"


GROUP_WORDS: Mapping[EventGroup, str] = {
    EventGroup.DECISIONS: lazy_gettext("Decisions"),
    EventGroup.EVERYTHING: lazy_gettext("Everything"),
    EventGroup.MANDATES: lazy_gettext("Mandates and rules"),
    EventGroup.PLANS: lazy_gettext("Plans"),
    EventGroup.TRAINING: lazy_gettext("Assignments"),
    EventGroup.EVIDENCE: lazy_gettext("Evidence and waivers"),
    EventGroup.COURSES: lazy_gettext("Courses and modules"),
    EventGroup.PEOPLE: lazy_gettext("People and accounts"),
}

_M, _P, _T, _E, _C, _A = (
    EventGroup.MANDATES,
    EventGroup.PLANS,
    EventGroup.TRAINING,
    EventGroup.EVIDENCE,
    EventGroup.COURSES,
    EventGroup.PEOPLE,
)

EVENTS: Mapping[str, tuple[EventGroup, str]] = {
    # mandates and rules
    "InstrumentPublished": (_M, lazy_gettext("Instrument published")),
    "InstrumentWithdrawn": (_M, lazy_gettext("Instrument withdrawn")),
    "WithdrawalRequested": (_M, lazy_gettext("Withdrawal of an instrument asked for")),
    "WithdrawalRequestDropped": (_M, lazy_gettext("Withdrawal of an instrument not decided")),
    "MandateDayReached": (_M, lazy_gettext("Tasks began or ended")),
    "ConditionConfirmed": (_M, lazy_gettext("Condition confirmed as met")),
    "ConfirmationTakenBack": (_M, lazy_gettext("Confirmation of a condition taken back")),
    "RulesRevised": (_M, lazy_gettext("Requirement rules revised")),
    "ShockDeclared": (_M, lazy_gettext("Loss of capacity declared")),
    "ShockEnded": (_M, lazy_gettext("Loss of capacity ended")),
    "TaskClosureDecided": (_M, lazy_gettext("Last days of a task decided")),
    "TaskClosureTakenBack": (_M, lazy_gettext("Decision on the last days of a task taken back")),
    "SuggestionsDecided": (_M, lazy_gettext("Suggestions for a text decided")),
    "DraftReviewAsked": (_M, lazy_gettext("Review of a draft asked for")),
    "DraftReviewed": (_M, lazy_gettext("Draft reviewed")),
    "DraftAnswered": (_M, lazy_gettext("Requirements authority answered")),
    "DraftCommented": (_M, lazy_gettext("Draft commented on")),
    "DraftReviewEnded": (_M, lazy_gettext("Review ended by a change of the draft")),
    "DraftShared": (_M, lazy_gettext("Draft shared")),
    "DraftSharingEnded": (_M, lazy_gettext("Sharing of a draft ended")),
    "DraftRenewed": (_M, lazy_gettext("Draft renewed")),
    "DraftExpiresSoon": (_M, lazy_gettext("Draft expires soon")),
    "DraftExpired": (_M, lazy_gettext("Draft expired")),
    "DraftDiscarded": (_M, lazy_gettext("Draft discarded")),
    "DraftPolicySet": (_M, lazy_gettext("Policy of drafts set")),
    # plans
    "PlanAsked": (_P, lazy_gettext("Plan asked for")),
    "ImprovementAsked": (_P, lazy_gettext("Improvement asked for")),
    "PlanProposed": (_P, lazy_gettext("Plan proposed")),
    "PlanApproved": (_P, lazy_gettext("Plan approved")),
    "PlanDismissed": (_P, lazy_gettext("Plan dismissed")),
    "PlanSuperseded": (_P, lazy_gettext("Plan superseded")),
    "PlanUndone": (_P, lazy_gettext("Plan undone")),
    "TrainingGivenBack": (_P, lazy_gettext("Training given back")),
    "PlanPolicySet": (_P, lazy_gettext("Policy of plans set")),
    "PlanRunParked": (_P, lazy_gettext("Planning stopped")),
    "ScenarioSaved": (_P, lazy_gettext("Scenario saved")),
    "ScenarioDiscarded": (_P, lazy_gettext("Scenario discarded")),
    "WhatIfAsked": (_P, lazy_gettext("Working out a scenario asked for")),
    "WhatIfParked": (_P, lazy_gettext("Working out a scenario stopped")),
    # assignments
    "ModulesAssigned": (_T, lazy_gettext("Training assigned")),
    "AssignmentStarted": (_T, lazy_gettext("Training begun")),
    "AttemptFailed": (_T, lazy_gettext("Questions not passed")),
    "AssignmentCompleted": (_T, lazy_gettext("Training completed")),
    "AssignmentsOverdue": (_T, lazy_gettext("Training overdue")),
    "AttendanceRecorded": (_T, lazy_gettext("Attendance recorded")),
    # evidence and waivers
    "EvidenceRecorded": (_E, lazy_gettext("Evidence recorded")),
    "EvidenceLoaded": (_E, lazy_gettext("Evidence loaded")),
    "ExpiriesCameDue": (_E, lazy_gettext("Evidence ran out or soon will")),
    "WaiverGranted": (_E, lazy_gettext("Waiver granted")),
    "WaiverRevoked": (_E, lazy_gettext("Waiver revoked")),
    "FrameworkAdopted": (_E, lazy_gettext("Competency framework adopted")),
    "AreaOwnersNamed": (_E, lazy_gettext("Owners of an area named")),
    # courses and modules
    "PartnerAdded": (_C, lazy_gettext("Training partner added")),
    "CoursePublished": (_C, lazy_gettext("Course published")),
    "CourseChanged": (_C, lazy_gettext("Course changed")),
    "CourseClosed": (_C, lazy_gettext("Course closed")),
    "CourseRecognised": (_C, lazy_gettext("Recognition of a course decided")),
    "SeatsOpened": (_C, lazy_gettext("Seats opened")),
    "SessionChanged": (_C, lazy_gettext("Session changed")),
    "SessionCancelled": (_C, lazy_gettext("Session cancelled")),
    "SessionHeld": (_C, lazy_gettext("Session held")),
    "OffersLoaded": (_C, lazy_gettext("Courses and sessions loaded")),
    "PackInstalled": (_C, lazy_gettext("Content pack installed")),
    "PackRetired": (_C, lazy_gettext("Content pack retired")),
    "ObservationReported": (_C, lazy_gettext("Lesson learned reported")),
    "ObservationReviewed": (_C, lazy_gettext("Lesson learned reviewed")),
    "ObservationAnswered": (_C, lazy_gettext("Lesson learned answered")),
    # people and accounts
    "OrganisationAdded": (_A, lazy_gettext("Organisation added")),
    "MissionAdded": (_A, lazy_gettext("Mission added")),
    "UnitAdded": (_A, lazy_gettext("Unit added")),
    "PersonEnrolled": (_A, lazy_gettext("Person enrolled")),
    "PeopleEnrolled": (_A, lazy_gettext("People enrolled")),
    "PersonMoved": (_A, lazy_gettext("Person moved")),
    "PeopleMoved": (_A, lazy_gettext("People transferred")),
    "PostingsBegan": (_A, lazy_gettext("Postings began")),
    "MissionClosingSet": (_A, lazy_gettext("Closing of a mission decided")),
    "MissionStatusReached": (_A, lazy_gettext("A mission's day came")),
    "PersonLeft": (_A, lazy_gettext("Person left")),
    "AbsenceNoted": (_A, lazy_gettext("Absence noted")),
    "LanguagesChosen": (_A, lazy_gettext("Languages chosen")),
    "OfficeGranted": (_A, lazy_gettext("Office granted")),
    "OfficeEnded": (_A, lazy_gettext("Office ended")),
    "PasswordSet": (_A, lazy_gettext("Password set")),
    "SignInsEnded": (_A, lazy_gettext("Signed out everywhere")),
    "PersonalTextsErased": (_A, lazy_gettext("Personal texts erased")),
    "DemonstrationLoaded": (_A, lazy_gettext("Demonstration data loaded")),
}

DECISIONS = frozenset(
    {
        "InstrumentPublished",
        "InstrumentWithdrawn",
        "WithdrawalRequested",
        "WithdrawalRequestDropped",
        "ConditionConfirmed",
        "ConfirmationTakenBack",
        "TaskClosureDecided",
        "TaskClosureTakenBack",
        "RulesRevised",
        "ShockDeclared",
        "ShockEnded",
        "DraftReviewed",
        "DraftAnswered",
        "DraftDiscarded",
        "DraftPolicySet",
        "PlanApproved",
        "PlanDismissed",
        "PlanUndone",
        "PlanPolicySet",
        "WaiverGranted",
        "WaiverRevoked",
        "FrameworkAdopted",
        "AreaOwnersNamed",
        "CourseRecognised",
        "SessionCancelled",
        "PackInstalled",
        "PackRetired",
        "ObservationReviewed",
        "OfficeGranted",
        "OfficeEnded",
        "PersonMoved",
        "PeopleMoved",
        "MissionClosingSet",
        "PersonLeft",
        "PersonalTextsErased",
    }
)


class Part(StrEnum):
    """How a part of a payload is said."""

    PERSON = "person"
    MISSION = "mission"
    SUBJECT = "subject"
    """Something else that has a history of its own."""
    COUNTED = "counted"
    """A list of ids: so many."""
    TASKS = "tasks"
    COMPETENCY = "competency"
    LEVEL = "level"
    DAY = "day"
    FLAG = "flag"
    NUMBER = "number"
    TEXT = "text"
    SYMBOL = "symbol"
    AREA = "area"
    OFFICE = "office"
    SOURCE = "source"
    SUPPOSED = "supposed"
    """What a scenario supposes, each as the ledger holds it: in JSON."""
    MARK = "mark"
    """How a task is done in its last days."""


PARTS: Mapping[str, tuple[Part, str]] = {
    "symbol": (Part.SYMBOL, lazy_gettext("Symbol")),
    "title": (Part.TEXT, lazy_gettext("Title")),
    "key": (Part.TEXT, lazy_gettext("Key")),
    "version": (Part.TEXT, lazy_gettext("Version")),
    "number": (Part.NUMBER, lazy_gettext("Number")),
    "count": (Part.NUMBER, lazy_gettext("How many")),
    "condition": (Part.TEXT, lazy_gettext("Condition")),
    "closure_id": (Part.NUMBER, lazy_gettext("Decision number")),
    "task": (Part.TASKS, lazy_gettext("Task")),
    "area_of_operations": (Part.TEXT, lazy_gettext("Area of operations")),
    "mark": (Part.MARK, lazy_gettext("Mark")),
    "seed": (Part.NUMBER, lazy_gettext("Seed")),
    "rows": (Part.NUMBER, lazy_gettext("Pieces of evidence")),
    "entries": (Part.NUMBER, lazy_gettext("Entries")),
    "mission_id": (Part.MISSION, lazy_gettext("Mission")),
    "from_mission_id": (Part.MISSION, lazy_gettext("From")),
    "to_mission_id": (Part.MISSION, lazy_gettext("To")),
    "from_mission_ids": (Part.COUNTED, lazy_gettext("Missions left")),
    "draws_down_on": (Part.DAY, lazy_gettext("Draws down from")),
    "liquidates_on": (Part.DAY, lazy_gettext("In liquidation from")),
    "closes_on": (Part.DAY, lazy_gettext("Closed from")),
    "status": (Part.TEXT, lazy_gettext("Standing")),
    "mission_ids": (Part.COUNTED, lazy_gettext("Missions")),
    "missions": (Part.COUNTED, lazy_gettext("Missions")),
    "person_id": (Part.PERSON, lazy_gettext("Person")),
    "requirements_authority_id": (Part.PERSON, lazy_gettext("Requirements authority")),
    "department_head_id": (Part.PERSON, lazy_gettext("Department head")),
    "people": (Part.COUNTED, lazy_gettext("People")),
    "instrument_id": (Part.SUBJECT, lazy_gettext("Instrument")),
    "draft_id": (Part.SUBJECT, lazy_gettext("Draft")),
    "remark_id": (Part.NUMBER, lazy_gettext("Remark number")),
    "plan_id": (Part.SUBJECT, lazy_gettext("Plan")),
    "by_plan_id": (Part.SUBJECT, lazy_gettext("By the plan")),
    "run_id": (Part.SUBJECT, lazy_gettext("Planning")),
    "assignment_id": (Part.SUBJECT, lazy_gettext("Assignment")),
    "course_id": (Part.SUBJECT, lazy_gettext("Course")),
    "session_id": (Part.SUBJECT, lazy_gettext("Session")),
    "partner_id": (Part.SUBJECT, lazy_gettext("Training partner")),
    "evidence_id": (Part.SUBJECT, lazy_gettext("Evidence")),
    "waiver_id": (Part.SUBJECT, lazy_gettext("Waiver")),
    "observation_id": (Part.SUBJECT, lazy_gettext("Lesson learned")),
    "rule_version_id": (Part.SUBJECT, lazy_gettext("Version of the rules")),
    "shock_id": (Part.SUBJECT, lazy_gettext("Loss of capacity")),
    "scenario_id": (Part.NUMBER, lazy_gettext("Scenario number")),
    "supposed": (Part.SUPPOSED, lazy_gettext("What is supposed")),
    "leaving": (Part.NUMBER, lazy_gettext("People who leave early")),
    "pack_version_id": (Part.SUBJECT, lazy_gettext("Content pack")),
    "unit_id": (Part.NUMBER, lazy_gettext("Unit number")),
    "organisation_id": (Part.NUMBER, lazy_gettext("Organisation number")),
    "framework_id": (Part.NUMBER, lazy_gettext("Framework number")),
    "added": (Part.TASKS, lazy_gettext("Tasks added")),
    "dropped": (Part.TASKS, lazy_gettext("Tasks dropped")),
    "changed": (Part.TASKS, lazy_gettext("Changed")),
    "began": (Part.TASKS, lazy_gettext("Tasks that began")),
    "ended": (Part.TASKS, lazy_gettext("Tasks that ended")),
    "effective_on": (Part.DAY, lazy_gettext("In force from")),
    "starts_on": (Part.DAY, lazy_gettext("From")),
    "ends_on": (Part.DAY, lazy_gettext("Until")),
    "expires_on": (Part.DAY, lazy_gettext("Runs out")),
    "last_on": (Part.DAY, lazy_gettext("Last day")),
    "on": (Part.DAY, lazy_gettext("Day")),
    "competency": (Part.COMPETENCY, lazy_gettext("Competency")),
    "competencies": (Part.COMPETENCY, lazy_gettext("Competencies")),
    "area": (Part.AREA, lazy_gettext("Area")),
    "areas": (Part.AREA, lazy_gettext("Areas")),
    "unowned": (Part.AREA, lazy_gettext("Areas without a requirements authority")),
    "agreed": (Part.FLAG, lazy_gettext("Agreed")),
    "verdict": (Part.TEXT, lazy_gettext("Answer")),
    "text": (Part.TEXT, lazy_gettext("Words")),
    "two_people": (Part.FLAG, lazy_gettext("Two people are required")),
    "objection_blocks": (Part.FLAG, lazy_gettext("An objection blocks")),
    "answer_days": (Part.NUMBER, lazy_gettext("Days to answer")),
    "expire_days": (Part.NUMBER, lazy_gettext("Days until a draft expires")),
    "level": (Part.LEVEL, lazy_gettext("Level")),
    "source": (Part.SOURCE, lazy_gettext("Source")),
    "office": (Part.OFFICE, lazy_gettext("Office")),
    "language": (Part.TEXT, lazy_gettext("Language")),
    "spoken": (Part.TEXT, lazy_gettext("Languages spoken")),
    "assigned": (Part.COUNTED, lazy_gettext("Assigned")),
    "withdrawn": (Part.COUNTED, lazy_gettext("Taken back")),
    "restored": (Part.COUNTED, lazy_gettext("Given back")),
    "lost": (Part.COUNTED, lazy_gettext("Could not be given back")),
    "assignments": (Part.COUNTED, lazy_gettext("Assignments")),
    "present": (Part.COUNTED, lazy_gettext("Present")),
    "absent": (Part.COUNTED, lazy_gettext("Absent")),
    "right": (Part.NUMBER, lazy_gettext("Right answers")),
    "asked": (Part.NUMBER, lazy_gettext("Questions")),
    "seats": (Part.NUMBER, lazy_gettext("Seats")),
    "seats_taken": (Part.NUMBER, lazy_gettext("Seats taken")),
    "sessions": (Part.COUNTED, lazy_gettext("Sessions")),
    "courses": (Part.COUNTED, lazy_gettext("Courses")),
    "partners": (Part.COUNTED, lazy_gettext("Training partners")),
    "modules": (Part.NUMBER, lazy_gettext("Modules")),
    "expired": (Part.NUMBER, lazy_gettext("Ran out")),
    "due_soon": (Part.NUMBER, lazy_gettext("Run out soon")),
    "accepted": (Part.FLAG, lazy_gettext("Accepted")),
    "granted": (Part.FLAG, lazy_gettext("Recognised")),
    "asks_again": (Part.FLAG, lazy_gettext("Recognition is asked for anew")),
    "needs_approval": (Part.FLAG, lazy_gettext("Needs approval")),
    "inserted_into_history": (Part.FLAG, lazy_gettext("Inserted into history")),
    "because": (Part.TEXT, lazy_gettext("Because")),
    "confirmed": (Part.NUMBER, lazy_gettext("Phrases confirmed")),
    "rejected": (Part.NUMBER, lazy_gettext("Phrases rejected")),
    "phrases": (Part.TEXT, lazy_gettext("Phrases changed")),
}

SUBJECT_OF_PART: Mapping[str, SubjectKind] = {
    "instrument_id": SubjectKind.INSTRUMENT,
    "draft_id": SubjectKind.DRAFT,
    "plan_id": SubjectKind.PLAN,
    "by_plan_id": SubjectKind.PLAN,
    "run_id": SubjectKind.PLAN_RUN,
    "assignment_id": SubjectKind.ASSIGNMENT,
    "course_id": SubjectKind.COURSE,
    "session_id": SubjectKind.SESSION,
    "partner_id": SubjectKind.PARTNER,
    "evidence_id": SubjectKind.EVIDENCE,
    "waiver_id": SubjectKind.WAIVER,
    "observation_id": SubjectKind.OBSERVATION,
    "rule_version_id": SubjectKind.RULES,
    "shock_id": SubjectKind.SHOCK,
    "scenario_id": SubjectKind.SCENARIO,
    "pack_version_id": SubjectKind.PACK,
}

SUBJECTS: Mapping[SubjectKind, str] = {
    SubjectKind.PERSON: lazy_gettext("Person"),
    SubjectKind.MISSION: lazy_gettext("Mission"),
    SubjectKind.INSTRUMENT: lazy_gettext("Instrument"),
    SubjectKind.DRAFT: lazy_gettext("Draft"),
    SubjectKind.RULES: lazy_gettext("Version of the rules"),
    SubjectKind.EVIDENCE: lazy_gettext("Evidence"),
    SubjectKind.WAIVER: lazy_gettext("Waiver"),
    SubjectKind.PACK: lazy_gettext("Content pack"),
    SubjectKind.PARTNER: lazy_gettext("Training partner"),
    SubjectKind.COURSE: lazy_gettext("Course"),
    SubjectKind.SESSION: lazy_gettext("Session"),
    SubjectKind.PLAN_RUN: lazy_gettext("Planning"),
    SubjectKind.PLAN: lazy_gettext("Plan"),
    SubjectKind.ASSIGNMENT: lazy_gettext("Assignment"),
    SubjectKind.OBSERVATION: lazy_gettext("Lesson learned"),
    SubjectKind.SHOCK: lazy_gettext("Loss of capacity"),
    SubjectKind.SCENARIO: lazy_gettext("Scenario"),
}

SUBJECT_PAGES: Mapping[SubjectKind, tuple[str, str]] = {
    SubjectKind.PERSON: ("accounts.person", "person"),
    SubjectKind.MISSION: ("mandates.mission", "mission"),
    SubjectKind.INSTRUMENT: ("mandates.instrument", "instrument"),
    SubjectKind.COURSE: ("partners.course", "course"),
    SubjectKind.SESSION: ("partners.session", "session"),
    SubjectKind.PLAN_RUN: ("planning.run", "run"),
    SubjectKind.PLAN: ("planning.plan", "plan"),
    SubjectKind.ASSIGNMENT: ("chain.assignment", "assignment"),
    SubjectKind.SHOCK: ("shocks.shock", "shock"),
    SubjectKind.SCENARIO: ("scenarios.scenario", "scenario"),
}
"""Where a thing has its page: the view and the name of its parameter."""

JOBS: Mapping[str, str] = {
    "react": lazy_gettext("Trainer, answering what happened"),
    "plan": lazy_gettext("Trainer, planning"),
    "what-if": lazy_gettext("Trainer, working out what would follow"),
    "refresh": lazy_gettext("Trainer, working out readiness"),
    "deliver": lazy_gettext("Trainer, sending messages"),
    "seal": lazy_gettext("Trainer, sealing the ledger"),
    "mission-days": lazy_gettext("Trainer, when a mission's day came"),
    "posting-days": lazy_gettext("Trainer, when postings began"),
    "mandate-days": lazy_gettext("Trainer, when a mandate's day came"),
    "expire": lazy_gettext("Trainer, when evidence ran out"),
    "drafts": lazy_gettext("Trainer, when a draft expired"),
    "remind": lazy_gettext("Trainer, when training was due"),
    "snapshot": lazy_gettext("Trainer, keeping figures"),
    "command": lazy_gettext("A command at the terminal"),
    "demo": lazy_gettext("The demonstration data"),
    "visitor": lazy_gettext("A visitor"),
}


def event_word(event: str) -> str:
    """What happened, in words; the bare key of an event that this version does not know."""
    known = EVENTS.get(event)
    return str(known[1]) if known else event


def part_word(key: str) -> str:
    """The name of a part of a payload."""
    known = PARTS.get(key)
    return str(known[1]) if known else key.replace("_", " ")


def job_word(job: str) -> str:
    """Who a job is, in words."""
    known = JOBS.get(job)
    return str(known) if known else gettext("Trainer, %(job)s", job=job.replace("-", " "))


def events_of(group: EventGroup) -> frozenset[str]:
    """The events of a group; empty for everything."""
    if group is EventGroup.EVERYTHING:
        return frozenset()
    if group is EventGroup.DECISIONS:
        return DECISIONS
    return frozenset(event for event, (of, _) in EVENTS.items() if of is group)
