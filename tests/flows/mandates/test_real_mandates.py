"""The real shifts of mandates, by their symbols and days: what each changed, and what became of the people by it."""

from datetime import date

import pytest

from tests.factories.mandates import condition, ending, line, phase
from tests.flows.mandates.story import Story, open_work
from trainer import edge
from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import ClosingDays, MissionStatus, NewPosting, Role
from trainer.closing import queries as closing_queries
from trainer.competencies.values import Area
from trainer.mandates import operations, queries
from trainer.mandates.values import MandateShift, MilestoneKind, Modality, TaskMove
from trainer.tracks.values import OPEN_STATES, AssignmentState

BASELINE = {Area.CND, Area.CYB}
"""Asked in every mission whatever its tasks."""


def kinds(moves: tuple[TaskMove, ...]) -> set[str]:
    return {str(each.task.task_kind) for each in moves}


def told(shift: MandateShift) -> tuple[set[str], set[str]]:
    return kinds(shift.added), kinds(shift.dropped)


def words(text: str) -> set[str]:
    return set(text.split())


# Texts by themselves: what each real text changed on its day

SHIFTS = {
    "UNMISS 2155 narrows 23 tasks to 7": (
        "unmiss",
        "S/RES/2155",
        23,
        7,
        words("Ceasefire"),
        words(
            "StateAuthority DisarmDemob Reintegration MilitaryReform PoliceReform JusticeReform CorrectionsReform "
            "Gender ControlSALW Demining"
        ),
    ),
    "UNMISS 2241 brings eight back": (
        "unmiss",
        "S/RES/2241",
        9,
        17,
        words("CivilSociety Demil DisarmDemob Gender LegalReform MilitaryReform PoliceReform Reintegration"),
        set(),
    ),
    "MINUSMA 2690 ends all but windowed tasks": (
        "minusma",
        "S/RES/2690",
        None,
        3,
        set(),
        words("HumanRights ElectAssist"),
    ),
    "MONUSCO 2717 says nothing of single tasks": ("monusco", "S/RES/2717", None, None, set(), set()),
    "MONUSCO 2808 adds the ceasefire": ("monusco", "S/RES/2808", None, None, words("Ceasefire"), set()),
    "GSF 2793 turns support into operations": (
        "gsf",
        "S/RES/2793",
        2,
        7,
        words("OrganisedCrime ElectSec HumanRelief ControlSALW ChildRights"),
        set(),
    ),
    "UNAMID 2559 ends everything": ("unamid", "S/RES/2559", 19, 0, set(), words("CivProtect HumanRelief PeaceProcess")),
    "UNITAMS 2715 ends everything": (
        "unitams",
        "S/RES/2715",
        4,
        0,
        set(),
        words("PeaceProcess ElectAssist JusticeReform HumanRights"),
    ),
}


@pytest.mark.parametrize("name", SHIFTS)
def test_a_real_text_changes_what_it_changed(story: Story, name: str) -> None:
    key, symbol, before, after, added, dropped = SHIFTS[name]
    text = next(each for each in story.known.instruments_of(key) if each.symbol == symbol)
    assert text.adopted_on is not None
    earlier = [
        each.effective_on
        for each in story.known.instruments_of(key)
        if each.effective_on <= text.effective_on and each.symbol != symbol
    ]
    story.opens(key, on=max(earlier), people=0, before=symbol)
    was = story.kinds(key)
    assert before is None or len(story.tasks(key)) == before

    shift = story.publishes(key, symbol)

    assert added <= kinds(shift.added)
    assert dropped <= kinds(shift.dropped)
    now = story.kinds(key, on=text.effective_on)
    assert after is None or len(story.tasks(key, on=text.effective_on)) == after
    assert now == was - kinds(shift.dropped) | {
        str(each.task.task_kind) for each in shift.added if not each.task.waits_for
    }
    assert dropped & now == set()


# 1 and 2: UNMISS, there and back


def test_unmiss_loses_tasks_and_gets_eight_of_them_back(story: Story) -> None:
    story.opens("unmiss", on=date(2014, 5, 20))
    story.completes()
    held, board = story.holdings(), story.board("unmiss")
    assert {Area.SSR, Area.PST, Area.DDR} <= board

    # the text narrows the mandate: what is open for what is gone is taken back with a reason, and credit stays
    shift = story.publishes("unmiss", "S/RES/2155")
    assert (len(shift.dropped), kinds(shift.added)) == (17, {"Ceasefire"})
    assert story.approve() == 1
    withdrawn = story.withdrawn()
    assert withdrawn
    assert all(each.ended_because for each in withdrawn)
    assert not {"PoliceReform", "MilitaryReform", "DisarmDemob"} & story.open_kinds()
    assert story.keeps(held)
    assert not {Area.SSR, Area.PST, Area.DDR} & story.board("unmiss")
    assert Area.CFM in story.asked("unmiss")

    # sixteen months later eight come back, and with them what people lack
    story.publishes("unmiss", "S/RES/2187")
    story.publishes("unmiss", "S/RES/2223")
    shift = story.publishes("unmiss", "S/RES/2241")
    assert len(shift.added) == 8
    assert {Area.SSR, Area.PST, Area.DDR} <= story.asked("unmiss")
    assert story.gaps("unmiss")[Area.PST] > 0
    assert story.approve() >= 1
    assert {"PoliceReform", "MilitaryReform"} & story.open_kinds()
    assert story.keeps(held)


# 3: MINUSMA, windows and liquidation


def test_minusma_ends_in_windows_and_its_people_move_on(story: Story) -> None:
    story.opens("minusma", on=date(2023, 6, 20), before="S/RES/2690")
    story.completes()
    held = story.holdings()

    story.publishes("minusma", "S/RES/2690")
    story.approve()
    with open_work() as work:
        account_operations.set_closing(
            work,
            mission=story.missions["minusma"],
            closing=ClosingDays(
                draws_down_on=date(2023, 6, 30), liquidates_on=date(2024, 1, 1), closes_on=date(2025, 1, 1)
            ),
            because="S/RES/2690",
        )

    # until 30 September civilians and aid, until 31 December only its own people
    assert story.kinds("minusma", on=date(2023, 9, 30)) == {"CivProtect", "HumanRelief", "UseOfForce"}
    assert story.kinds("minusma", on=date(2023, 10, 1)) == {"UseOfForce"}
    assert story.kinds("minusma", on=date(2023, 12, 31)) == {"UseOfForce"}
    assert story.kinds("minusma", on=date(2024, 1, 1)) == set()
    page = closing_queries.closing_page(edge.reading(), mission=story.missions["minusma"], on=edge.today())
    assert [str(each.task.last_on) for each in page.ending] == ["2023-09-30", "2023-09-30", "2023-12-31"]
    assert page.residual == ()

    # the windows close by themselves, each is noted and planned for, and nobody presses a button
    story.comes(date(2023, 10, 1))
    assert not {Area.POC, Area.HUM} & story.asked("minusma")
    story.approve()
    assert story.idle() == []
    story.comes(date(2024, 1, 1))
    story.approve()
    assert story.idle() == []
    assert story.events("MandateDayReached") == 3  # the day of the text itself, and the ends of its two windows
    assert story.asked("minusma") == BASELINE
    card = account_queries.mission(edge.reading(), mission=story.missions["minusma"])
    assert card.status is MissionStatus.LIQUIDATING
    assert card.closing.in_liquidation(on=edge.today())

    # it closes, postings end, and what people proved stays
    story.comes(date(2025, 1, 1))
    assert account_queries.mission(edge.reading(), mission=card.id).status is MissionStatus.CLOSED
    assert story.in_mission("minusma") == []
    assert not [each for each in story.duties() if each.state is AssignmentState.ASSIGNED]
    assert story.keeps(held)


# 4: MONUSCO, three phases and a reversal


def test_monusco_leaves_in_phases_and_may_return_on_a_condition(story: Story) -> None:
    story.opens("monusco", on=date(2023, 12, 1), before="S/RES/2717")
    shift = story.publishes("monusco", "S/RES/2717")
    assert told(shift) == (set(), set())
    story.publishes("monusco", "S/RES/2765")
    before = story.kinds("monusco")
    assert "Ceasefire" not in before

    shift = story.publishes("monusco", "S/RES/2808")
    ceasefire = [each for each in shift.added if each.task.task_kind == "Ceasefire"]
    assert {each.task.area_of_operations for each in ceasefire} == {"", "South Kivu"}
    assert {each.task.waits_for for each in ceasefire} == {"", "return to South Kivu"}
    assert {each.area_of_operations for each in story.tasks("monusco") if each.task_kind == "Ceasefire"} == {""}
    story.approve()
    assert "Ceasefire" in story.open_kinds()
    assert Area.CFM in story.board("monusco")

    # the condition is met on a day ahead; on that day the task is there
    (line,) = queries.conditions_page(edge.reading(), mission=story.missions["monusco"]).lines
    with open_work() as work:
        operations.confirm_condition(
            work,
            instrument=line.instrument,
            condition="Return to South Kivu",
            met_on=date(2026, 3, 1),
            evidence="Letter to the Council, S/2026/99",
            seen_version=queries.mandate_version(work.session, mission=story.missions["monusco"]),
        )
    story.follow()
    assert "South Kivu" not in {each.area_of_operations for each in story.tasks("monusco")}
    story.comes(date(2026, 3, 1))
    assert "South Kivu" in {each.area_of_operations for each in story.tasks("monusco")}
    assert story.events("ConditionConfirmed") == 1


def test_a_disengagement_in_three_phases_can_be_entered_as_such(story: Story) -> None:
    story.opens("monusco", on=date(2023, 12, 1), people=0, before="S/RES/2717")

    story.publishes(
        "monusco",
        "S/RES/2717",
        milestones=(
            phase("phase one", ends_on=date(2024, 5, 1)),
            condition("phase one assessed", words="The first phase is over, and was assessed together."),
            phase("phase two", begins_with="phase one assessed", starts_on=date(2024, 5, 1)),
        ),
        tasks=(
            line("CivProtect", modalities=(Modality.SECURE,), area_of_operations="South Kivu", ends_with="phase one"),
            ending("ElectAssist", begins_with="phase two"),
        ),
    )

    def south_kivu(on: date) -> bool:
        return any(each.area_of_operations == "South Kivu" for each in story.tasks("monusco", on=on))

    assert south_kivu(date(2024, 4, 30))
    assert not south_kivu(date(2024, 5, 1))
    lines = queries.conditions_page(edge.reading(), mission=story.missions["monusco"]).lines
    assert [(each.milestone.kind, each.begins_on) for each in lines] == [
        (MilestoneKind.PHASE, date(2023, 12, 19)),
        (MilestoneKind.CONDITION, None),
        (MilestoneKind.PHASE, None),
    ]


# 5: UNIFIL, today's case


def test_unifil_ceases_and_keeps_what_protects_its_withdrawal(story: Story) -> None:
    story.opens("unifil", on=date(2025, 8, 1), before="S/RES/2790")
    story.completes()
    held, full = story.holdings(), story.kinds("unifil")

    shift = story.publishes("unifil", "S/RES/2790")
    assert kinds(shift.changed) >= {"Ceasefire", "MilitaryReform", "BorderControl"}
    story.approve()

    # nothing is taken before the day; on it the full mandate is over and three limited tasks remain
    assert story.kinds("unifil", on=date(2026, 12, 31)) == full
    assert story.kinds("unifil", on=date(2027, 1, 1)) == {"UseOfForce", "CivProtect", "HumanRelief"}
    assert story.kinds("unifil", on=date(2028, 1, 1)) == set()
    assert Area.CFM in story.asked("unifil")
    story.comes(date(2027, 1, 1))
    assert story.approve() >= 0
    assert not {Area.CFM, Area.SSR, Area.BMS} & story.asked("unifil")
    assert story.idle() == []
    assert {Area.SEC, Area.POC, Area.HUM} <= story.asked("unifil")
    assert Area.CFM not in story.board("unifil")
    assert story.keeps(held)


# 6: from the support mission to the Gang Suppression Force


def test_haiti_turns_from_support_to_operations_against_gangs(story: Story) -> None:
    story.opens("gsf", on=date(2025, 9, 1), before="S/RES/2793")
    assert Area.TOC not in story.asked("gsf")

    shift = story.publishes("gsf", "S/RES/2793")

    assert kinds(shift.added) == words("OrganisedCrime ElectSec HumanRelief ControlSALW ChildRights")
    assert {Area.TOC, Area.ELE, Area.WAM, Area.CPR} <= story.asked("gsf")
    assert story.gaps("gsf")[Area.TOC] > 0
    assert story.approve() == 1
    assert "OrganisedCrime" in story.open_kinds()
    assert Area.TOC in story.board("gsf")
    # its twelve months ran out and no renewal is on file: it stays in force with that mark
    story.comes(date(2026, 10, 15))
    assert len(story.tasks("gsf")) == 7
    assert not any(each.renewal_verified for each in story.tasks("gsf"))


# 7: UNAMID, UNITAMS, the end


def test_people_go_from_unamid_to_unitams_and_keep_their_credit(story: Story) -> None:
    story.opens("unamid", on=date(2020, 12, 1), before="S/RES/2559")
    story.opens("unitams", on=date(2020, 12, 1), people=0)
    story.completes()
    held, people = story.holdings(), story.in_mission("unamid")
    unamid, unitams = story.missions["unamid"], story.missions["unitams"]

    # UNAMID ends with the year; before that, a page shows who needs what in UNITAMS
    shift = story.publishes("unamid", "S/RES/2559")
    assert (len(shift.dropped), shift.added) == (19, ())
    going = people[:12]
    moves = {
        each: NewPosting(mission=unitams, unit=None, role=Role.CIVILIAN, starts_on=date(2021, 1, 1), ends_on=None)
        for each in going
    }
    page = closing_queries.transfer_page(edge.reading(), mission=unamid, moves=moves, on=edge.today())
    assert (len(page.lines), page.refused) == (12, 0)
    assert page.counting > 0
    assert page.lacking > 0
    with open_work() as work:
        account_operations.set_closing(
            work, mission=unamid, closing=ClosingDays(closes_on=date(2021, 7, 1)), because="S/RES/2559"
        )
        account_operations.move_people(work, moves=moves)
    story.follow()
    story.approve()

    # on the day they serve there, what they hold counts, and what they lack is planned
    story.comes(date(2021, 1, 1))
    story.approve()
    assert set(story.in_mission("unitams")) == set(going)
    assert story.tasks("unamid") == ()
    lacked = {need.competency for line in page.lines for need in line.needs}
    planned = {closes.competency for each in story.duties(going) if each.state in OPEN_STATES for closes in each.closes}
    assert planned & lacked
    assert {"PeaceProcess", "HumanRights", "JusticeReform", "ElectAssist"} & story.open_kinds(going)
    assert story.keeps(held)
    assert story.events("PeopleMoved") == 1

    # UNAMID closes after its liquidation, and UNITAMS ends with S/RES/2715
    story.comes(date(2021, 7, 1))
    assert story.in_mission("unamid") == []
    story.publishes("unitams", "S/RES/2715")
    story.approve()
    assert story.tasks("unitams") == ()
    assert story.asked("unitams") == BASELINE
    assert story.idle(going) == []
    assert story.keeps(held)


# 8: UNISFA, a renewal tied to benchmarks


def test_unisfa_waits_for_its_benchmarks_and_trains_ahead(story: Story) -> None:
    story.opens("unisfa", on=date(2025, 11, 1), before="S/RES/2802")
    was = {each.task_kind: each.modalities for each in story.tasks("unisfa")}

    story.publishes("unisfa", "S/RES/2802")
    story.approve()
    page = queries.mission_page(edge.reading(), mission=story.missions["unisfa"], on=edge.today())
    (waiting,) = page.waiting
    assert (waiting.task_kind, waiting.waits_for, waiting.ahead) == ("PoliceReform", "joint police", True)
    now = {each.task_kind: each.modalities for each in story.tasks("unisfa")}
    assert now["PoliceReform"] == was["PoliceReform"]
    benchmarks = queries.conditions_page(edge.reading(), mission=story.missions["unisfa"]).lines
    assert len(benchmarks) == 3
    assert not any(each.standing for each in benchmarks)

    # an officer confirms one of the three; a successor takes it back; each time the mandate follows
    def version() -> int:
        return queries.mandate_version(edge.reading(), mission=story.missions["unisfa"])

    text = benchmarks[0].instrument
    story.on(date(2026, 2, 1))
    with open_work() as work:
        shift = operations.confirm_condition(
            work,
            instrument=text,
            condition="joint police",
            met_on=edge.today(),
            evidence="S/2026/31",
            seen_version=version(),
        )
    assert kinds((*shift.added, *shift.changed)) == {"PoliceReform"}
    story.follow()
    (police,) = [each for each in story.tasks("unisfa") if each.task_kind == "PoliceReform"]
    assert police.modalities == (Modality.MONITOR, Modality.ASSIST)
    assert police.began_with == "joint police"
    held = story.holdings()
    story.on(date(2026, 4, 1))
    with open_work() as work:
        operations.take_back_confirmation(
            work, instrument=text, condition="joint police", because="It never deployed.", seen_version=version()
        )
    story.follow()
    (police,) = [each for each in story.tasks("unisfa") if each.task_kind == "PoliceReform"]
    assert police.modalities == was["PoliceReform"]
    assert story.keeps(held)
    assert (story.events("ConditionConfirmed"), story.events("ConfirmationTakenBack")) == (1, 1)


# A way back


def test_a_text_that_is_withdrawn_gives_people_back_what_it_took(story: Story) -> None:
    story.opens("unmiss", on=date(2014, 5, 20))
    had = {each.id for each in story.duties() if each.state in OPEN_STATES}
    story.publishes("unmiss", "S/RES/2155")
    story.approve()
    taken = {each.id for each in story.withdrawn()} & had
    assert taken
    text = next(
        each
        for each in queries.mandate_history(edge.reading(), mission=story.missions["unmiss"])
        if each.symbol == "S/RES/2155"
    )

    with open_work() as work:
        operations.withdraw_instrument(
            work,
            instrument=text.id,
            because="Entered for the wrong mission.",
            seen_version=queries.mandate_version(work.session, mission=story.missions["unmiss"]),
        )
    story.follow()

    back = {each.id for each in story.duties() if each.state in OPEN_STATES} & taken
    assert back
    assert story.events("TrainingGivenBack") == 1
    assert len(story.tasks("unmiss")) == 23
