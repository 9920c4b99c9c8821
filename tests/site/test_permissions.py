"""Who gets what answer at every address: a visitor, somebody without an office, each office, and offices held elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.conftest import NOW, TODAY, work_on
from tests.factories import accounts, scenarios
from tests.factories.mandates import condition
from tests.flows.conftest import World, _app, house, world  # noqa: F401 - fixtures of the lived-in world
from tests.support.site import Site
from trainer import jobs
from trainer.accounts.models import Membership, SignIn
from trainer.accounts.queries import profiles_of
from trainer.accounts.rules import permissions_of
from trainer.accounts.values import MissionId, Office, Permission
from trainer.catalogue.models import TrackVersion
from trainer.competencies.models import WaiverRow
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId
from trainer.mandates.models import InstrumentDraftRow, InstrumentRow, InstrumentTask, RuleVersion, TaskClosure
from trainer.mandates.values import ClosureMark, Force, TaskChange
from trainer.notifications.models import Notification
from trainer.observations.models import Observation
from trainer.observations.values import ObservationState
from trainer.partners.models import Course, CourseSession, Partner
from trainer.planning.models import PlanRow, PlanRun
from trainer.reviews.models import DraftReader
from trainer.scenarios import operations as scenario_operations
from trainer.tracks.models import AssignmentRow, Attempt
from trainer.tracks.values import AssignmentState

SIGN_IN = "/sign-in"
SEEN = {200, 204, 302, 303}
NOT_THEIRS = {403, 404}
REACHABLE_BY_NOBODY_HERE = {"planning.progress", "demo.scenario"}
"""A run that has ended has no progress; a scenario is not played in this world."""

OWN = {
    "accounts.me",
    "accounts.password",
    "accounts.end_other_browsers",
    "notifications.mark_all_read",
    "observations.report",
    "tracks.note_changes",
}
"""What everybody sends about themselves, with nothing in the address that could be somebody else's."""

CONFINED = {
    "accounts.person",
    "accounts.move",
    "chain.assignment",
    "closing.days",
    "closing.transfer",
    "competencies.grant_waiver",
    "competencies.person_record",
    "competencies.person_record_sheet",
    "competencies.record_evidence",
    "competencies.revoke_waiver",
    "mandates.confirm_condition",
    "mandates.draft",
    "mandates.draft_json",
    "mandates.edit_draft",
    "mandates.from_text",
    "mandates.new_instrument",
    "mandates.preview",
    "mandates.preview_json",
    "mandates.take_back",
    "mandates.withdraw",
    "planning.paper",
    "planning.plan",
    "planning.progress",
    "planning.returns_of_instrument",
    "planning.returns_of_instrument_json",
    "planning.returns_of_plan",
    "planning.returns_of_plan_json",
    "planning.run",
    "readiness.cell",
    "readiness.cell_file",
    "readiness.mission",
    "scenarios.edit",
    "scenarios.figures_json",
    "scenarios.progress",
    "scenarios.scenario",
    "scenarios.what_if",
    "shocks.shock",
}
"""What is about one mission or its people: closed to those whose office is confined to another."""

EVERYWHERE = {
    "planning.policy",
    "requirements.change",
    "requirements.edit_rule",
    "requirements.new_rule",
    "requirements.restore",
    "requirements.sheet",
}
"""What holds in every mission: closed to those whose office is confined to one."""

PARTNERS_OWN = {
    "partners.cancel_session",
    "partners.close_course",
    "partners.edit_course",
    "partners.edit_session",
    "partners.new_session",
    "tracks.roster",
    "tracks.roster_sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody with their own browser."""

    name: str
    site: Site
    permissions: frozenset[Permission]

    def status(self, path: str, *, method: str = "GET") -> int:
        """The status of the answer; an unexpected error fails the test by itself."""
        return self.site.answer(path, method=method).status_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who reads the site here."""

    offices: tuple[Reader, ...]
    """Somebody without an office first, then a holder of each, everywhere."""
    elsewhere: tuple[Reader, ...]
    """Officer and manager of a mission that nothing here is about, and a partner of another organisation."""


@pytest.fixture
def arguments(app: Flask, world: World) -> Mapping[str, object]:  # noqa: F811 - the fixture
    """A real value for every parameter of an address, all about one mission as far as they can be."""
    session = world.session
    duty = session.scalars(
        select(AssignmentRow)
        .join(Attempt, Attempt.assignment_id == AssignmentRow.id)
        .where(AssignmentRow.state == AssignmentState.COMPLETED)
        .order_by(AssignmentRow.id)
    ).first()
    assert duty is not None
    profile = profiles_of(session, people=[PersonId(duty.person_id)], on=TODAY)[PersonId(duty.person_id)]
    assert profile.mission is not None
    held = session.scalars(select(CourseSession).order_by(CourseSession.id)).first()
    assert held is not None

    Site(app, session).sign_in(PersonId(duty.person_id))
    theirs = session.scalars(select(SignIn.id).where(SignIn.person_id == duty.person_id)).one()

    def first(column: object, *where: object) -> object:
        return session.scalars(select(column).where(*where).limit(1)).one()  # type: ignore[call-overload]

    text = session.scalars(select(InstrumentRow).where(InstrumentRow.mission_id == profile.mission).limit(1)).one()
    text.milestones = [condition("joint police").to_json()]
    closure = TaskClosure(
        instrument_id=text.id, task_kind="Gender", area_of_operations="Sector 9", mark=ClosureMark.RESIDUAL,
        liquidates_on=None, ends_on=None, because="A letter", decided_at=NOW,
    )  # fmt: skip
    session.add_all([InstrumentTask(
        instrument_id=text.id, task_kind="Gender", area_of_operations="Sector 9", change=TaskChange.SET,
        modalities=["assist"], force=Force.REQUESTED, priority=2, paragraph="9",
    ), closure])  # fmt: skip
    session.flush()

    supposed, run, shock = _supposed(session, profile.mission)
    draft = session.scalars(
        select(InstrumentDraftRow).where(
            InstrumentDraftRow.published_id.is_(None), InstrumentDraftRow.discarded_at.is_(None)
        )
    ).first()
    assert draft is not None
    reader = DraftReader(draft_id=draft.id, person_id=accounts.person(session), given_at=NOW)
    session.add(reader)
    session.flush()
    rules = session.scalars(select(RuleVersion).order_by(RuleVersion.number.desc())).first()
    assert rules is not None
    return {
        "area": "POC",
        "assignment": duty.id,
        "attempt": first(Attempt.id, Attempt.assignment_id == duty.id),
        "browser": theirs,
        "closure": closure.id,
        "course": held.course_id,
        "course_session": held.id,
        "draft": draft.id,
        "entry": first(LedgerEntry.id),
        "filename": "site.css",
        "instrument": text.id,
        "kind": "person",
        "membership": first(Membership.id, Membership.office == Office.AUDITOR),
        "message": first(Notification.id),
        "mission": profile.mission,
        "module": duty.module_key,
        "observation": first(Observation.id, Observation.state == ObservationState.REPORTED),
        "person": duty.person_id,
        "place": 0,
        "reader": reader.id,
        "plan": first(PlanRow.id),
        "rule": rules.rules[0]["key"],
        "run": first(PlanRun.id),
        "scenario": supposed,
        "session": held.id,
        "shock": shock,
        "subject": duty.person_id,
        "task": "CivProtect",
        "topic": "start",
        "track": first(TrackVersion.key),
        "version": rules.number,
        "waiver": first(WaiverRow.id),
        "what_if": run,
    }


def _supposed(session: Session, mission: MissionId) -> tuple[int, int, int]:
    """A scenario of the mission that was worked out, its run, and a loss that was declared."""
    work = work_on(session)
    supposed = scenarios.saved(work, scenarios.share(mission))
    run = scenario_operations.ask_for_scenario(work, scenario=supposed)
    scenario_operations.claim_this_run(work, run=run)
    shock = scenarios.declared(work, scenarios.share(mission, percent=1))
    session.commit()
    jobs.bring_to_end(run)
    return supposed, run, shock


@pytest.fixture
def cast(app: Flask, world: World) -> Cast:  # noqa: F811 - the fixture
    session = world.session
    mission = accounts.mission(session)
    people = {Office.TRAINEE.value: accounts.person(session)}
    people |= {
        each.value: accounts.holder(session, each, organisation=_partner(session, each))
        for each in Office
        if each is not Office.TRAINEE
    }
    away = {
        f"{each.value} elsewhere": accounts.holder(session, each, mission=mission)
        for each in (Office.MANDATE_OFFICER, Office.READINESS_MANAGER)
    }
    away["training-partner elsewhere"] = accounts.holder(session, Office.TRAINING_PARTNER)
    held = {name: frozenset({Office(name.split()[0])}) for name in (*people, *away)}
    readers = {
        name: Reader(name=name, site=Site(app, session).sign_in(person), permissions=permissions_of(held[name]))
        for name, person in (people | away).items()
    }
    return Cast(
        offices=tuple(readers[name] for name in people),
        elsewhere=tuple(readers[name] for name in away),
    )


def _partner(session: Session, office: Office):
    """The organisation of the partner whose course the addresses name."""
    if office is not Office.TRAINING_PARTNER:
        return None
    held = session.scalars(select(CourseSession).order_by(CourseSession.id)).first()
    assert held is not None
    course = session.get(Course, held.course_id)
    assert course is not None
    partner = session.get(Partner, course.partner_id)
    assert partner is not None
    return partner.organisation_id


def addresses(
    app: Flask, arguments: Mapping[str, object], method: str
) -> Iterator[tuple[Rule, str, frozenset[Permission]]]:
    """Every view that answers the method: its rule, a path to it, and any of which permissions it asks for."""
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if method not in (rule.methods or ()):
            continue
        needed = frozenset(app.view_functions[rule.endpoint].permissions)  # type: ignore[attr-defined]
        yield rule, adapter.build(rule.endpoint, {name: arguments[name] for name in rule.arguments}, method), needed


def test_a_visitor_is_led_to_the_sign_in_page_from_everything_that_needs_an_account(app, site, arguments):
    wrong = []
    for method in ("GET", "POST"):
        for _, path, needed in addresses(app, arguments, method):
            answer = site.answer(path, method=method)
            if needed and not (answer.status_code == 303 and answer.location.startswith(SIGN_IN)):
                wrong.append((method, path, answer.status_code))
            if not needed and answer.status_code not in SEEN | {422}:
                wrong.append((method, path, answer.status_code))

    assert wrong == []


def test_every_page_opens_for_the_offices_of_the_matrix_and_for_no_other(app, arguments, cast):
    wrong = []
    for rule, path, needed in addresses(app, arguments, "GET"):
        if not needed:
            continue
        answers = {}
        for reader in cast.offices:
            answers[reader.name] = status = reader.status(path)
            may = bool(needed & reader.permissions)
            allowed = (SEEN if not rule.arguments else SEEN | NOT_THEIRS) if may else {403}
            if status not in allowed:
                wrong.append((path, reader.name, status))
        if not SEEN & set(answers.values()) and "tracks." not in rule.endpoint:
            wrong.append((path, "nobody can open it", answers))

    assert wrong == []


def test_an_office_for_one_mission_or_partner_opens_nothing_of_another(app, arguments, cast):
    wrong = [
        (path, reader.name, status)
        for rule, path, _ in addresses(app, arguments, "GET")
        for reader in cast.elsewhere
        if rule.endpoint in CONFINED | EVERYWHERE | PARTNERS_OWN
        and not (rule.endpoint in PARTNERS_OWN and reader.name.startswith("readiness-manager"))
        and (status := reader.status(path)) not in NOT_THEIRS
    ]

    assert wrong == []


def test_nothing_is_done_for_somebody_without_the_permission(app, session, arguments, cast):
    before = _recorded(session)
    wrong = []
    for rule, path, needed in addresses(app, arguments, "POST"):
        if not needed or rule.endpoint in OWN:
            continue
        for reader in cast.offices:
            if needed & reader.permissions - {Permission.LEARN}:
                continue
            status = reader.status(path, method="POST")
            if status not in ({403} if Permission.LEARN not in needed else NOT_THEIRS):
                wrong.append((path, reader.name, status))

    assert wrong == []
    assert _recorded(session) == before


def test_nothing_is_done_elsewhere_than_an_office_reaches(app, session, arguments, cast):
    before = _recorded(session)
    closed = {
        rule.endpoint: path
        for rule, path, needed in addresses(app, arguments, "POST")
        if rule.endpoint in EVERYWHERE or (rule.arguments and needed and Permission.LEARN not in needed)
    }
    wrong = [
        (path, reader.name, status)
        for endpoint, path in closed.items()
        for reader in cast.elsewhere
        if (status := reader.status(path, method="POST"))
        not in (NOT_THEIRS if endpoint in EVERYWHERE else NOT_THEIRS | {422})
    ]

    assert wrong == []
    assert _recorded(session) == before


def test_every_form_is_refused_without_its_token(app, session, arguments, cast, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    before = _recorded(session)
    readers = (*cast.offices, *cast.elsewhere)
    wrong = [
        (path, reader.name, status)
        for _, path, needed in addresses(app, arguments, "POST")
        for reader in readers
        if needed & reader.permissions and (status := reader.status(path, method="POST")) != 422
    ]

    assert wrong == []
    assert _recorded(session) == before


def _recorded(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0
