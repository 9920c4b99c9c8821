"""Words of planning: runs, plans, their steps, and what cannot be met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from trainer.accounts.values import MissionCard, MissionId, PersonCard, PersonProfile
from trainer.catalogue.values import AtLevel, ModuleKey, Offering
from trainer.competencies.values import Competency, CompetencyKey, Evidence, Gap, Level, Requirement, TaskRef, Waiver
from trainer.kernel.periods import Period
from trainer.kernel.values import Cause, LocalText, PersonId, Subject, Wording, mark
from trainer.mandates.values import Demand, DemandsByRole, Instrument, RuleSet
from trainer.partners.values import PartnerId, QuotaLine, SessionCard, SessionId, SessionOffer
from trainer.shocks.values import Leaving
from trainer.tracks.values import LOST, Assignment, AssignmentId, Returned

PlanRunId = NewType("PlanRunId", int)
PlanId = NewType("PlanId", int)
PlanStepId = NewType("PlanStepId", int)


class RunKind(StrEnum):
    """What a run is for."""

    REPAIR = "repair"
    """Whoever lacks something is given what is free; nobody else is moved."""
    IMPROVE = "improve"
    """Everybody's seats may move for the sake of the whole; a person decides, whatever policy says."""


class RunState(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    STORED = "stored"
    """Ended with a plan."""
    NOTHING = "nothing"
    """Ended: nothing was to be changed."""
    PARKED = "parked"
    CANCELLED = "cancelled"


RUN_STATE_NAMES: dict[RunState, str] = {
    RunState.OPEN: mark("waiting"),
    RunState.RUNNING: mark("being worked out"),
    RunState.STORED: mark("ended with a plan"),
    RunState.NOTHING: mark("nothing was to be changed"),
    RunState.PARKED: mark("stopped, needs a look"),
    RunState.CANCELLED: mark("cancelled"),
}

UNDER_WAY = frozenset({RunState.OPEN, RunState.RUNNING})


class PlanState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"
    UNDONE = "undone"


PLAN_STATE_NAMES: dict[PlanState, str] = {
    PlanState.PROPOSED: mark("proposed"),
    PlanState.APPROVED: mark("approved"),
    PlanState.DISMISSED: mark("dismissed"),
    PlanState.SUPERSEDED: mark("superseded"),
    PlanState.UNDONE: mark("undone"),
}


class StepMove(StrEnum):
    """What a plan does with one assignment."""

    GIVE = "give"
    KEEP = "keep"
    """An open assignment that stays as it is. No line is stored for it: plans of the first versions have some."""
    WITHDRAW = "withdraw"
    """What it was for is no longer asked."""
    REPLACE = "replace"
    """Taken back in favour of another step of this plan."""


STEP_MOVE_NAMES: dict[StepMove, str] = {
    StepMove.GIVE: mark("new"),
    StepMove.KEEP: mark("kept"),
    StepMove.WITHDRAW: mark("withdrawn"),
    StepMove.REPLACE: mark("replaced"),
}


class Effect(StrEnum):
    """What an improvement does to one person, all their lines taken together."""

    GAIN = "gain"
    """They are given something and nothing is taken."""
    BETTER = "better"
    """Something of theirs is replaced, and what they have then is worth more."""
    MOVED = "moved"
    """Something of theirs is replaced by what is no better for them, for the sake of others."""
    LOSS = "loss"
    """A gap of theirs that was being closed stays open."""
    ENDED = "ended"
    """What is taken has lost its use: no matter of the improvement."""


EFFECT_NAMES: dict[Effect, str] = {
    Effect.GAIN: mark("gains"),
    Effect.BETTER: mark("gets something better"),
    Effect.MOVED: mark("moved for others"),
    Effect.LOSS: mark("loses"),
    Effect.ENDED: mark("no longer needed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What plans may do by themselves, and how they weigh things; versioned, stored with each plan."""

    number: int
    freeze_days: int
    """Nothing that starts within so many days is moved, and no new seat starts within them."""
    seats_a_person: int
    most_people_changed: int
    """A plan that changes more people needs approval."""
    horizon_days: int
    on_time: int
    early: int
    late: int
    late_decay: int
    seat: int
    cost_num: int
    cost_den: int
    change: int


DEFAULT_POLICY = Policy(
    number=1,
    freeze_days=30,
    seats_a_person=5,
    most_people_changed=25,
    horizon_days=365,
    on_time=1000,
    early=200,
    late=600,
    late_decay=1,
    seat=60,
    cost_num=1,
    cost_den=100,
    change=8000,
)
"""In force until somebody sets another. Closing a gap late is worth something all year: late training still helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The people of a run who need no look.

    All they lack is being closed by what they have; or an approved plan told them of it, and they can be given none of it.
    """

    people: frozenset[PersonId] = frozenset()
    gaps: int = 0
    told: int = 0
    """Those of the gaps that stay open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What is asked in the missions of a run, and on whom of the people looked at the demands on part of a unit fall."""

    demands: DemandsByRole
    fallen: Mapping[PersonId, tuple[Demand, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is on file, on one day, for the people a run looks at, before any judgement."""

    on: date
    policy: Policy
    people: tuple[PersonProfile, ...]
    evidence: Mapping[PersonId, tuple[Evidence, ...]]
    waivers: Mapping[PersonId, tuple[Waiver, ...]]
    assignments: tuple[Assignment, ...]
    """The open ones of these people."""
    seats: Mapping[SessionId, SessionCard]
    """Every session that one of the assignments names."""
    offerings: tuple[Offering, ...]
    offers: tuple[SessionOffer, ...]
    free_seats: Mapping[SessionId, int]
    """What is reserved is free for those it is reserved for."""
    absences: Mapping[PersonId, tuple[Period, ...]]
    leave_on: Mapping[PersonId, date]
    """The end of the last posting on file, for those whose end is known."""
    regions: Mapping[MissionId, str]
    missions: Mapping[MissionId, str]
    """Their names."""
    competencies: Mapping[CompetencyKey, Competency]
    texts: Mapping[MissionId, tuple[Instrument, ...]]
    """The instruments of the missions in which these people are."""
    rules: RuleSet
    quotas: Mapping[SessionId, tuple[QuotaLine, ...]] = field(default_factory=dict)
    """What is still reserved on the day, less what people whom the run does not look at have taken of it."""
    leaving: Mapping[PersonId, Leaving] = field(default_factory=dict)
    """Who leaves before their posting ends, since capacity is lost."""
    beside: Beside = field(default_factory=Beside)
    """Who else the run is about."""
    shares: Shares | None = None
    """Where a glance over everybody told; worked out from these people and their units otherwise."""
    kind: RunKind = RunKind.REPAIR
    left_open: Mapping[PersonId, frozenset[AtLevel]] = field(default_factory=dict)
    """What the latest approved plan that decided about somebody left open for them; nobody who lacked nothing then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a run looks at before any of it becomes numbers: what is on file, and what follows from it."""

    sources: Sources
    required: Mapping[PersonId, tuple[Requirement, ...]]
    gaps: Mapping[PersonId, tuple[Gap, ...]]

    @property
    def on(self) -> date:
        return self.sources.on

    @property
    def policy(self) -> Policy:
        return self.sources.policy

    @property
    def people(self) -> tuple[PersonProfile, ...]:
        return self.sources.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification:
    """Why a step is in the plan: stored with it."""

    sentence: Wording
    because: tuple[TaskRef, ...]
    runner_up: Wording | None = None
    """What would have come instead, and what it would have cost."""
    effect: Effect | None = None
    """What the plan does to the person; None but in an improvement."""
    gives_way_to: PersonId | None = None
    """Who is given the seat that is taken back here; nobody, or nobody in particular, when None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One line of a plan."""

    person: PersonId
    move: StepMove
    module: ModuleKey | None
    session: SessionId | None
    assignment: AssignmentId | None
    """The existing one, for all moves but GIVE."""
    closes: tuple[AtLevel, ...]
    due_on: date
    justification: Justification
    on_the_spot: bool = False
    """A seat that people travel to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A gap that the plan leaves open, with the binding reason."""

    person: PersonId
    competency: CompetencyKey
    level: Level
    due_on: date
    code: int
    """The engine's reason code."""
    sentence: Wording
    because: tuple[TaskRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """What an improvement changes against what people have now; people are counted once each, in the worst that applies."""

    gain: int
    """People who gain and lose nothing."""
    gifts: int
    """Those of them whose demands did not change."""
    better: int
    """People of whom something is replaced by what is better for them."""
    moved: int
    """People of whom something is replaced by what is no better for them, for the sake of others."""
    lose: int
    """People who had a gap closed and have it closed no more."""
    losses: int
    """Those of them whose demands did not change."""
    on_time: int
    """So many more gaps are closed on time; fewer when below 0, as in all that follows."""
    late: int
    """So many more are closed late."""
    open: int
    """So many more stay open."""
    fees: int
    """So much more is spent on courses, in minor units of money."""
    journeys: int
    """So many more journeys to another region."""
    points: int
    """So much more it is worth, what the changes cost taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCounts:
    """The figures of a plan; people are counted once each."""

    gain: int
    lose: int
    """People with an assignment withdrawn and nothing in its place."""
    replaced: int
    untouched: int
    """People the run looked at whose assignments stay as they are, or who need none."""
    gaps: int
    closed: int
    unmet: int
    improvement: Improvement | None = None
    """None but for a run that improves."""
    told: int = 0
    """Those of the unmet that an earlier plan told of: a plan has no lines for them, a preview counts their reasons."""
    short: int | None = None
    """Sessions in which one more seat would help; None where that was not worked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatValue:
    """What one more seat in a session would be worth."""

    session: SessionId
    points: int
    """The plan would be worth so much more at least: what the one person whom it helps most gains, all else unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a plan says, before it is stored."""

    steps: tuple[PlannedStep, ...]
    unmet: tuple[Unmet, ...]
    counts: PlanCounts
    changed: int
    """People with a step."""
    changed_untouched: int
    """Those of them for whom nothing had changed: all they lack was being closed already."""
    travel_cancelled: int
    """Seats with travel that are taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """A plan without its lines."""

    id: PlanId
    run: PlanRunId
    state: PlanState
    cause: Cause
    made_at: datetime
    decided_at: datetime | None
    decided_by: PersonId | None
    """None when policy let it through."""
    needs_approval: bool
    approval_reasons: tuple[Wording, ...]
    """Why policy asks a person; empty when it does not."""
    objective: int
    bound: int
    counts: PlanCounts
    policy: int
    version: int
    missions: tuple[MissionId, ...]
    by_instrument: bool
    kind: RunKind
    superseded_by: PlanId | None
    dismissed_because: str

    @property
    def gap_permille(self) -> int:
        """How far below the proven bound the plan may be at most, in thousandths of the bound."""
        return below_bound(self.objective, self.bound)


def below_bound(objective: int, bound: int) -> int:
    """How far a plan may be below what is possible at most, in thousandths of the proven bound."""
    return 0 if bound <= 0 else max(0, 1000 * (bound - objective) // bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStage:
    """A complete, checked plan on the way."""

    name: str
    milliseconds: int
    objective: int
    bound: int | None
    people_changed: int


STAGE_NAMES: dict[str, str] = {
    "kept": mark("What people have is kept"),
    "repair": mark("Free seats are given out"),
    "first": mark("Free seats are given out"),
    "together": mark("Changed people choose together"),
    "prices": mark("Scarce seats are weighed"),
    "choice": mark("Seats are chosen for all together"),
    "displace": mark("Seats change hands where it pays"),
    "exact": mark("The best plan is searched for"),
    "neighbourhoods": mark("Small groups are improved"),
    "bound": mark("The proof is made"),
}
"""By the engine's name of the stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """A run without what it looked at."""

    id: PlanRunId
    kind: RunKind
    state: RunState
    cause: Cause
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    cancel_asked_at: datetime | None
    last_error: str
    stages: tuple[RunStage, ...]
    missions: tuple[MissionId, ...]
    people: int
    """How many people it looks at besides those of the missions."""
    plan: PlanId | None

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def gap_permille(self) -> int | None:
        """How far below the proven bound the last of its plans may be at most, in thousandths; None without a bound."""
        last = self.stages[-1] if self.stages else None
        return None if last is None or last.bound is None else below_bound(last.objective, last.bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One row of a plan's page."""

    person: PersonCard
    mission: str
    """The name of the mission that asks; empty when none is known."""
    move: StepMove | None
    """None for what cannot be met."""
    title: LocalText
    """Of the module or course; of the competency for what cannot be met."""
    module: ModuleKey | None
    seat: SessionCard | None
    assignment: AssignmentId | None
    closes: tuple[tuple[LocalText, Level], ...]
    due_on: date
    sentence: Wording
    runner_up: Wording | None
    because: tuple[TaskRef, ...]
    effect: Effect | None = None
    gives_way_to: PersonCard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPreview:
    """What undoing a plan would do now."""

    withdrawn: int
    """Assignments of it that would be taken back."""
    stayed: int
    """Those that have begun, or are done: they stay."""
    restored: int
    """Assignments it took that would be given back, as far as seats and modules are still there."""
    too_late_on: date | None
    """The first day of a seat of it, when that has come: then it can no longer be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """What undoing a plan did."""

    withdrawn: tuple[AssignmentId, ...]
    stayed: tuple[AssignmentId, ...]
    restored: tuple[AssignmentId, ...]
    lost: tuple[AssignmentId, ...]
    """What the plan had taken and could not be given back: the seat is gone, or the person has another for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """What became of one assignment that was to be given back."""

    person: PersonCard
    mission: str
    """Where the person serves now; empty while without a posting."""
    assignment: AssignmentId
    title: LocalText
    module: ModuleKey | None
    seat: SessionCard | None
    plan: PlanId
    """That had taken it."""
    became: Returned
    noted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsPage:
    """What people got back once something no longer held, and what not."""

    subject: Subject
    plans: tuple[PlanHead, ...]
    """That had taken something because of it."""
    counts: Mapping[Returned, int]
    lines: tuple[ReturnLine, ...]
    """A page of them; what is missed first, then by person."""
    total: int

    @property
    def restored(self) -> int:
        return self.counts.get(Returned.GIVEN_BACK, 0)

    @property
    def lost(self) -> int:
        return sum(number for became, number in self.counts.items() if became in LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLine:
    """A session in which one more seat would help, as lists show it."""

    seat: SessionCard
    points: int
    """As in `SeatValue`. Those of several sessions do not add up: the same person may be behind them."""
    waiting: int
    """Gaps in what the course proves that the plan leaves open since all that would do is full; counted at each such course."""
    made_on: date
    """The day of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsOfPartner:
    """A partner with sessions in which one more seat would help."""

    partner: PartnerId
    name: str
    sessions: int
    best: SeatLine


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsPage:
    """Where one more seat would help, by what a plan says."""

    head: PlanHead
    lines: tuple[SeatLine, ...]
    """Best first, and no more than are kept."""
    on_time: int
    """Points for a gap of weight 1 that is closed on time, by the policy of the plan."""

    @property
    def partners(self) -> tuple[SeatsOfPartner, ...]:
        """Those of the sessions, by what one more seat in their best is worth."""
        of_partner: dict[PartnerId, list[SeatLine]] = {}
        for line in self.lines:
            of_partner.setdefault(line.seat.partner, []).append(line)
        return tuple(
            SeatsOfPartner(partner=partner, name=lines[0].seat.partner_name, sessions=len(lines), best=lines[0])
            for partner, lines in of_partner.items()
        )


class Show(StrEnum):
    """The lists of a plan's page."""

    GAIN = "gain"
    LOSE = "lose"
    REPLACED = "replaced"
    UNMET = "unmet"
    KEPT = "kept"


SHOWN_MOVES: dict[Show, StepMove] = {
    Show.GAIN: StepMove.GIVE,
    Show.LOSE: StepMove.WITHDRAW,
    Show.REPLACED: StepMove.REPLACE,
    Show.KEPT: StepMove.KEEP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """One plan with one of its lists, a page of it."""

    head: PlanHead
    missions: tuple[MissionCard, ...]
    decided_by: PersonCard | None
    shown: Show
    totals: Mapping[Show, int]
    """Rows of each list."""
    lines: tuple[PlanLine, ...]
    total: int
    stale: int
    """People whose assignments have changed since the plan was made so that it no longer fits; 0 once decided."""
    seats_gone: tuple[str, ...]
    """Titles of sessions in which it gives more seats than there are now; empty once decided."""
    undo: UndoPreview | None
    """None unless it is approved."""
    beside: tuple[PlanHead, ...] = ()
    """Other proposals for its missions that wait; empty once decided."""

    @property
    def fits(self) -> bool:
        """Whether it can be approved as things stand."""
        return not self.stale and not self.seats_gone


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansPage:
    """Proposals that wait for a decision, runs under way, and what was decided."""

    open: tuple[PlanHead, ...]
    runs: tuple[RunHead, ...]
    """Under way, or stopped and in need of a look; newest first."""
    history: tuple[PlanHead, ...]
    total: int
    """In the history."""
    missions: Mapping[MissionId, MissionCard]
