"""The days that the invented world has lived: a first plan that a manager approved, modules begun and done, lessons reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, MissionStatus
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import ModuleKey
from trainer.competencies.values import Area
from trainer.demo.crowd import OpenWork, in_batches
from trainer.kernel.values import Cause, PersonId, Subject, SubjectKind, Wording
from trainer.kernel.work import Actor, Work
from trainer.notifications import operations as notification_operations
from trainer.notifications.values import NotificationKind
from trainer.observations import operations as observation_operations
from trainer.observations.values import ObservationDraft
from trainer.planning import operations as plan_operations
from trainer.planning import queries as plan_queries
from trainer.planning.operations import PlanStale
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries
from trainer.tracks.values import Assignment, AssignmentState

BEGUN_PERCENT = 9
DONE_PERCENT = 7
MOST_LIVED = 350
"""However large the world, no more assignments than this are begun or done: enough to look at."""


def working_missions(work: Work) -> tuple[MissionId, ...]:
    """The missions that are not closed."""
    cards = account_queries.missions(work.session)
    return tuple(each.id for each in cards if each.status is not MissionStatus.CLOSED)


def as_person(work: Work, person: PersonId) -> Work:
    """The same piece of work, done by a person."""
    return replace(work, actor=Actor(person=person))


def ask_for_plan(work: Work, *, missions: Collection[MissionId], sentence: Wording, key: str) -> None:
    """Ask for a plan for everybody in the missions."""
    cause = Cause(entry_id=None, subject=None, sentence=sentence)
    plan_operations.request_replan(work, missions=missions, cause=cause, cause_key=key)


def approve_plans(work: Work, *, manager: PersonId) -> int:
    """Let the manager decide on the proposals that wait; return how many were approved.

    The oldest first; what then no longer fits is dismissed.
    """
    approved = 0
    for head in reversed(plan_queries.open_plans(work.session)):
        notification_operations.mark_answered(
            work, kind=NotificationKind.PLAN_PROPOSED, about=Subject(kind=SubjectKind.PLAN, id=head.id)
        )
        try:
            plan_operations.approve_plan(as_person(work, manager), plan=head.id, seen_version=head.version)
            approved += 1
        except PlanStale:
            plan_operations.dismiss_plan(
                as_person(work, manager),
                plan=head.id,
                seen_version=head.version,
                because="Another plan has been approved meanwhile.",
            )
    return approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """Which assignments are begun, and which are done."""

    begun: tuple[Assignment, ...]
    done: tuple[Assignment, ...]


def choose_lived(work: Work, *, without: Collection[PersonId], chance: Random) -> Lived:
    """Choose among open modules those that people have taken up; people who sign in are left for whoever tries them."""
    profiles = account_queries.profiles_in(work.session, missions=working_missions(work), on=work.today)
    people = [each.id for each in profiles if each.id not in without]
    begun: list[Assignment] = []
    done: list[Assignment] = []
    for batch in in_batches(people, 2000):
        for each in track_queries.open_assignments(work.session, people=batch):
            if each.module is None or each.state is not AssignmentState.ASSIGNED:
                continue
            draw = chance.random() * 100
            if draw < DONE_PERCENT and len(done) < MOST_LIVED:
                done.append(each)
            elif DONE_PERCENT <= draw < DONE_PERCENT + BEGUN_PERCENT and len(begun) < MOST_LIVED:
                begun.append(each)
        if len(begun) + len(done) >= 2 * MOST_LIVED:
            break
    return Lived(begun=tuple(begun), done=tuple(done))


def begin(work: Work, assignments: Sequence[Assignment]) -> None:
    """Begin modules, each by the person who is to take it."""
    for each in assignments:
        track_operations.start_assignment(as_person(work, each.person), assignment=each.id)


def complete(work: Work, assignments: Sequence[Assignment]) -> None:
    """Answer the questions of modules rightly, each by the person who is to take it."""
    for each in assignments:
        complete_one(as_person(work, each.person), each)


def complete_one(work: Work, assignment: Assignment) -> None:
    """Answer the questions of one module rightly."""
    assert assignment.module is not None
    page = catalogue_queries.module_page(work.session, module=assignment.module, version=assignment.module_version)
    answers = {
        question.key: tuple(place for place, answer in enumerate(question.answers) if answer.right)
        for question in page.questions["en"]
    }
    track_operations.answer_questions(work, assignment=assignment.id, token=f"demo-{assignment.id}", answers=answers)


OBSERVATIONS: Sequence[tuple[str, int, tuple[Area, ...], str | None, str]] = (
    (
        "minusca",
        18,
        (Area.POC, Area.PST),
        "protection-of-civilians",
        (
            "Community liaison assistants heard of a threat two days before it came, but the night patrol had no way to reach "
            "them. Teach who to call after dark, and try it."
        ),
    ),
    (
        "unifil",
        34,
        (Area.CFM,),
        "ceasefire-observation",
        "Reports mix what was seen with what was told. Two of five had to be sent back. A form with two columns helped.",
    ),
    (
        "unmiss",
        9,
        (Area.CRS, Area.WPS),
        "crsv-prevention",
        (
            "A survivor was asked for her story three times in one day by three of our teams. Teach one referral and no second "
            "interview."
        ),
    ),
    (
        "monusco",
        51,
        (Area.WAM,),
        "explosive-hazards",
        "A patrol turned round on a verge that had not been checked. The drill was known but had never been practised in rain.",
    ),
    (
        "gsf",
        23,
        (Area.TOC, Area.CPR),
        "organised-crime",
        "Children carry messages for gangs at checkpoints. We searched them like adults. We need a rule and an exercise.",
    ),
)
"""Mission, days ago, areas, module, text: invented lessons."""


def report_lessons(work: Work, *, reporters: Sequence[PersonId], manager: PersonId) -> None:
    """Report a few lessons; the manager has accepted the first."""
    missions = {each.key: each.id for each in account_queries.missions(work.session)}
    for place, (mission, ago, areas, module, text) in enumerate(OBSERVATIONS):
        if mission not in missions:
            continue
        draft = ObservationDraft(
            mission=missions[mission],
            observed_on=work.today - timedelta(days=ago),
            text=text,
            areas=areas,
            modules=(ModuleKey(module),) if module else (),
        )
        reporter = reporters[place % len(reporters)]
        observation = observation_operations.report_observation(
            as_person(work, reporter), reported_by=reporter, draft=draft
        )
        if place == 0:
            observation_operations.accept_observation(
                as_person(work, manager),
                observation=observation,
                because="Seen elsewhere too; the next edition is to answer it.",
            )


def live(
    open_work: OpenWork, *, without: Collection[PersonId], chance: Random, settle: Callable[[Work], None]
) -> Iterator[tuple[int, int]]:
    """Begin and complete what people have taken up, in small transactions; yields how many of how many are done."""
    with open_work() as work:
        lived = choose_lived(work, without=without, chance=chance)
    total = len(lived.begun) + len(lived.done)
    finished = 0
    for step, chosen in ((begin, lived.begun), (complete, lived.done)):
        for batch in in_batches(chosen, 100):
            with open_work() as work:
                step(work, batch)
                settle(work)
            finished += len(batch)
            yield finished, total
