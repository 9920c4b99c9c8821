"""People who are transferred to another operation: they keep credit, and need what still does not count there."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, competencies
from tests.factories.mandates import line, published, rule
from tests.support.site import Site
from trainer import reactions
from trainer.accounts import operations, queries
from trainer.accounts.events import PeopleMoved, PostingsBegan
from trainer.accounts.values import NewPosting, Office, Role, UnitId
from trainer.closing import queries as closing_queries
from trainer.competencies import operations as competency_operations
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Level, Source, SourceRef
from trainer.interop import transfers_csv
from trainer.kernel import ledger
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates.values import Scope
from trainer.notifications.models import Notification
from trainer.planning.models import PlanRun

POC, CONDUCT = competencies.POC, competencies.CONDUCT
FIRST = TODAY + timedelta(days=30)


class World:
    """A mission that asks one thing, another that asks two, and a unit of three people of whom one holds both."""

    def __init__(self, work: Work) -> None:
        competencies.adopted(work)
        self.old = accounts.mission(work, name="UNAMID")
        self.new = accounts.mission(work, name="UNITAMS")
        self.unit: UnitId = accounts.unit(work, mission=self.old, name="Sector North", key="north")
        self.there: UnitId = accounts.unit(work, mission=self.new, name="Khartoum office", key="khartoum")
        self.people = [
            accounts.posted_person(
                work, mission=self.old, unit=self.unit, role=Role.INFANTRY, starts_on=date(2026, 1, 1), ends_on=None
            )
            for _ in range(3)
        ]
        published(work, self.old, effective_on=date(2026, 1, 1), adopted_on=None, expires_on=None)
        published(
            work, self.new, symbol="S/RES/2524", effective_on=date(2026, 1, 1), adopted_on=None, expires_on=None,
            tasks=(line("HumanRights"),),
        )  # fmt: skip
        mandate_operations.publish_rules(
            work,
            rules=[
                rule("poc", "HumanRights", competency=POC, level=Level.PRACTISED),
                rule("conduct", None, competency=CONDUCT, level=Level.AWARE),
            ],
            note="For a test.",
        )
        self.hold(work, self.people[0], POC, Level.PRACTISED)
        self.hold(work, self.people[0], CONDUCT, Level.AWARE)
        self.hold(work, self.people[1], CONDUCT, Level.AWARE)
        work.session.flush()

    def hold(self, work: Work, person: PersonId, competency, level: Level) -> None:
        competency_operations.record_evidence(
            work,
            person=person,
            competency=competency,
            level=level,
            observed_on=TODAY,
            source=SourceRef(source=Source.RECOGNISED, subject="A course"),
        )

    def moves(self, people: list[PersonId] | None = None, **changes: object) -> dict[PersonId, NewPosting]:
        given = {"mission": self.new, "unit": None, "role": Role.CIVILIAN, "starts_on": FIRST, "ends_on": None}
        return {each: NewPosting(**(given | changes)) for each in people or self.people}  # type: ignore[arg-type]


@pytest.fixture
def made(work: Work) -> World:
    return World(work)


def test_before_it_is_done_it_shows_who_needs_what_with_what_still_counts(work: Work, made: World) -> None:
    page = closing_queries.transfer_page(work.session, mission=made.old, moves=made.moves(), on=TODAY)

    lines = {each.person.id: each for each in page.lines}
    first, second, third = (lines[each] for each in made.people)
    assert [[one.competency for one in each.needs] for each in (first, second, third)] == [
        [],
        [POC],
        [POC, CONDUCT],
    ] or [sorted(one.competency for one in each.needs) for each in (first, second, third)] == [
        [],
        [POC],
        sorted([POC, CONDUCT]),
    ]
    assert [len(each.counts) for each in (first, second, third)] == [2, 1, 0]
    assert (page.ready, page.refused, page.counting, page.lacking) == (1, 0, 3, 3)
    assert page.by_competency[0] == (POC, 2)
    assert queries.profiles_of(work.session, people=made.people, on=FIRST)[made.people[0]].mission == made.old


def part_asked(work: Work, made: World) -> PersonId:
    """At least two of each unit must be able to give first aid; one who is there already can."""
    mandate_operations.publish_rules(
        work,
        rules=[rule("aid", "HumanRights", competency=competencies.AID, scope=Scope.AT_LEAST, scope_size=2)],
        note="Two of each unit.",
    )
    host = accounts.posted_person(
        work, mission=made.new, unit=made.there, role=Role.CIVILIAN, starts_on=date(2026, 1, 1), ends_on=None
    )
    elsewhere = accounts.posted_person(work, mission=made.new, role=Role.CIVILIAN, starts_on=date(2026, 1, 1))
    for each in (host, elsewhere):
        made.hold(work, each, competencies.AID, Level.PRACTISED)
    work.session.flush()
    return host


def test_what_is_asked_of_part_of_a_unit_is_shown_with_who_is_there_already(work: Work, made: World) -> None:
    part_asked(work, made)

    page = closing_queries.transfer_page(work.session, mission=made.old, moves=made.moves(unit=made.there), on=TODAY)

    (part,) = page.parts
    assert (part.unit, part.role, part.competency) == (made.there, Role.CIVILIAN, competencies.AID)
    assert (part.wanted, part.members, part.holding_now, part.holding, part.missing) == (2, 4, 1, 1, 1)
    needed = [line.person.id for line in page.lines if competencies.AID in {one.competency for one in line.needs}]
    assert needed == [min(made.people)]


@pytest.mark.parametrize(
    ("who", "until", "expected"),
    [
        pytest.param(0, FIRST + timedelta(days=60), (1, 1, 0), id="who it falls to and is freed of it lacks nothing"),
        pytest.param(0, FIRST, (1, 0, 1), id="not once the waiver has ended"),
        pytest.param(1, FIRST + timedelta(days=60), (1, 0, 1), id="nor for somebody to whom it does not fall"),
    ],
)
def test_a_waiver_counts_for_what_is_asked_of_part_of_a_unit(
    work: Work, made: World, who: int, until: date, expected: tuple[int, int, int]
) -> None:
    host = part_asked(work, made)
    competencies.granted_waiver(work, sorted(made.people)[who], by=host, competency=competencies.AID, ends_on=until)

    page = closing_queries.transfer_page(work.session, mission=made.old, moves=made.moves(unit=made.there), on=TODAY)

    (part,) = page.parts
    assert (part.holding, part.waived, part.missing) == expected
    needs = [line for line in page.lines if competencies.AID in {one.competency for one in line.needs}]
    assert bool(needs) is bool(part.missing)


def test_who_comes_and_holds_it_fills_what_is_asked_of_part(work: Work, made: World) -> None:
    part_asked(work, made)
    made.hold(work, made.people[2], competencies.AID, Level.PRACTISED)

    page = closing_queries.transfer_page(work.session, mission=made.old, moves=made.moves(unit=made.there), on=TODAY)

    (part,) = page.parts
    assert (part.holding_now, part.holding, part.missing) == (1, 2, 0)
    assert not any(competencies.AID in {one.competency for one in line.needs} for line in page.lines)


def test_nothing_asked_of_part_shows_no_part(work: Work, made: World) -> None:
    page = closing_queries.transfer_page(work.session, mission=made.old, moves=made.moves(unit=made.there), on=TODAY)

    assert page.parts == ()


def test_all_are_moved_together_and_nobody_loses_credit(work: Work, made: World) -> None:
    before = competency_queries.evidence_of(work.session, people=made.people)

    assert operations.move_people(work, moves=made.moves(unit=made.there)) == 3
    work.session.flush()

    there = queries.profiles_of(work.session, people=made.people, on=FIRST)
    assert {(each.mission, each.unit, each.role) for each in there.values()} == {(made.new, made.there, Role.CIVILIAN)}
    still = queries.profiles_of(work.session, people=made.people, on=FIRST - timedelta(days=1))
    assert {each.mission for each in still.values()} == {made.old}
    assert competency_queries.evidence_of(work.session, people=made.people) == before
    recorded = list(work.session.scalars(select(LedgerEntry.event)))
    assert recorded.count("PeopleMoved") == 1


def test_one_who_cannot_go_stops_them_all_and_is_named_before(work: Work, made: World) -> None:
    operations.retire_person(work, person=made.people[2], on=TODAY)
    work.session.flush()

    page = closing_queries.transfer_page(work.session, mission=made.old, moves=made.moves(), on=TODAY)
    assert (page.refused, page.lines[0].person.id) == (1, made.people[2])
    with pytest.raises(queries.PersonHasLeft):
        operations.move_people(work, moves=made.moves())


def test_a_later_posting_elsewhere_stands_against_it(work: Work, made: World) -> None:
    operations.move_people(work, moves=made.moves(starts_on=FIRST + timedelta(days=10)))
    work.session.flush()

    _, refused = queries.foresee_moves(work.session, moves=made.moves(mission=accounts.mission(work)))

    assert {type(each) for each in refused.values()} == {queries.PostedLater}


def test_one_plan_for_all_and_a_message_to_each(work: Work, made: World) -> None:
    operations.move_people(work, moves=made.moves())
    event = PeopleMoved(people=tuple(made.people), from_mission_ids=(made.old,), to_mission_id=made.new, on=FIRST)

    reactions.plan_for_moved_people(work, event)
    reactions.plan_for_moved_people(work, event)
    reactions.tell_people_of_transfer(work, event)
    work.session.flush()

    (run,) = work.session.scalars(select(PlanRun)).all()
    assert run.people == sorted(made.people)
    told = work.session.scalars(select(Notification).where(Notification.dedupe.startswith("transferred:"))).all()
    assert {each.person_id for each in told} == set(made.people)


def test_on_their_first_day_there_they_are_planned_for_anew_once(work: Work, work_as, made: World) -> None:
    operations.move_people(work, moves=made.moves(made.people[:2]))
    operations.note_posting_days(work)
    work.session.flush()
    day = work_as(None, today=FIRST)

    for _ in range(2):
        operations.note_posting_days(day)
        work.session.flush()

    (entry,) = work.session.scalars(select(LedgerEntry.id).where(LedgerEntry.event == "PostingsBegan")).all()
    event = ledger.read_event(work.session, entry)
    assert isinstance(event, PostingsBegan)
    assert (event.people, event.mission_ids, event.on) == (tuple(made.people[:2]), (made.new,), FIRST)
    reactions.plan_for_begun_postings(day, event)
    work.session.flush()
    assert work.session.scalars(select(PlanRun.people)).one() == made.people[:2]


# A list


def test_a_list_is_read_with_whatever_parts_its_columns() -> None:
    for text in ("number;unit;role\n12;north;infantry\n\n13", "12,north,infantry\n13", "12\tnorth\tinfantry\n13"):
        rows = transfers_csv.read_list(text)
        assert [(each.number, each.unit, each.role) for each in rows] == [("12", "north", "infantry"), ("13", "", "")]


def test_all_that_is_wrong_with_a_list_is_told_at_once() -> None:
    with pytest.raises(transfers_csv.UnreadableList) as caught:
        transfers_csv.read_list("12\n,north\n12\n13,a,b,c,d,e")

    assert [each.line for each in caught.value.problems] == [2, 3, 4]


@pytest.mark.parametrize("text", ["", "\n\n", "number;unit"])
def test_an_empty_list_names_nobody(text: str) -> None:
    with pytest.raises(transfers_csv.UnreadableList):
        transfers_csv.read_list(text)


# The page


@pytest.fixture
def manager(session: Session) -> PersonId:
    return accounts.holder(session, Office.READINESS_MANAGER)


def sent(page, made: World, **changes: str) -> dict[str, str]:
    given = {
        "who": "unit",
        "unit_from": str(made.unit),
        "mission": str(made.new),
        "role": "civilian",
        "starts_on": FIRST.isoformat(),
    }
    return page.form() | given | changes


def key_of(session: Session, person: PersonId) -> str:
    return queries.people_cards(session, people=[person])[person].key


def test_a_manager_sees_who_needs_what_and_then_transfers_the_unit(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    path = f"/missions/{made.old}/transfer"
    page = site.sign_in(manager).get(path)
    page = site.post(path, sent(page, made, unit=str(made.there)))
    assert page.status == 200
    assert "Transfer 3 people" in page.text
    assert "Need nothing 1 of 3" in page.text
    assert queries.profiles_of(work.session, people=made.people, on=FIRST)[made.people[0]].mission == made.old

    done = site.post(path, page.form(), follow=True)

    assert "3 people are transferred." in done.text
    work.session.expire_all()
    there = queries.profiles_of(work.session, people=made.people, on=FIRST)
    assert {(each.mission, each.unit) for each in there.values()} == {(made.new, made.there)}


def test_the_page_shows_what_is_asked_of_part_of_a_unit(site: Site, work: Work, made: World, manager: PersonId) -> None:
    part_asked(work, made)
    path = f"/missions/{made.old}/transfer"
    page = site.sign_in(manager).get(path)

    page = site.post(path, sent(page, made, unit=str(made.there), role="civilian"))

    assert "What is asked of part of a unit" in page.text
    assert "2 of 4" in page.text
    assert "Hold it once they are there" in page.text


def test_a_rotation_date_before_the_first_day_is_told_at_its_field(site: Site, made: World, manager: PersonId) -> None:
    path = f"/missions/{made.old}/transfer"
    page = site.sign_in(manager).get(path)

    page = site.post(path, sent(page, made) | {"ends_on": FIRST.isoformat()})

    assert page.status == 422
    assert "Enter an end that is later than the start." in page.text
    assert "#ends_on" in page.links()
    assert page.form()["starts_on"] == FIRST.isoformat()


def test_a_list_takes_each_line_as_it_says(site: Site, work: Work, made: World, manager: PersonId) -> None:
    path = f"/missions/{made.old}/transfer"
    one, two = (key_of(work.session, each) for each in made.people[:2])
    page = site.sign_in(manager).get(path)
    text = f"{one},khartoum,staff-officer,{(FIRST + timedelta(days=1)).isoformat()}\n{two}"
    page = site.post(path, sent(page, made, who="listed", people=text))
    assert "Transfer 2 people" in page.text
    site.post(path, page.form())
    work.session.expire_all()

    there = queries.profiles_of(work.session, people=made.people, on=FIRST + timedelta(days=2))
    assert (there[made.people[0]].unit, there[made.people[0]].role) == (made.there, Role.STAFF_OFFICER)
    assert (there[made.people[1]].unit, there[made.people[1]].role) == (None, Role.CIVILIAN)
    assert there[made.people[2]].mission == made.old


def test_everything_wrong_with_a_list_is_told_at_the_list_and_it_is_kept(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    path = f"/missions/{made.old}/transfer"
    one = key_of(work.session, made.people[0])
    text = f"{one},atlantis,admiral,soon\nnobody"
    page = site.sign_in(manager).get(path)

    page = site.post(path, sent(page, made, who="listed", people=text))

    assert page.status == 422
    for said in (
        "the mission has no unit atlantis",
        "there is no role admiral",
        "enter days as 2027-02-15",
        "nobody has the number nobody",
    ):
        assert said in page.text
    assert page.form()["people"].replace("\r\n", "\n") == text


def test_people_of_another_mission_are_not_taken_by_their_number(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    other = accounts.posted_person(work, mission=accounts.mission(work), starts_on=date(2026, 1, 1), ends_on=None)
    path = f"/missions/{made.old}/transfer"
    page = site.sign_in(manager).get(path)

    page = site.post(path, sent(page, made, who="listed", people=key_of(work.session, other)))

    assert page.status == 422
    assert "nobody has the number" in page.text


def test_a_manager_of_another_mission_and_a_stranger_transfer_nobody(site: Site, work: Work, made: World) -> None:
    path = f"/missions/{made.old}/transfer"
    colleague = accounts.holder(work.session, Office.READINESS_MANAGER, mission=made.new)
    owner = accounts.holder(work.session, Office.READINESS_MANAGER, mission=made.old)

    for reader in (colleague, accounts.person(work)):
        assert site.sign_in(reader).get(path).status in {403, 404}
        assert site.post(path, {"who": "everybody", "mission": str(made.new)}).status in {403, 404}
    page = site.sign_in(owner).get(path)
    page = site.post(path, sent(page, made))
    assert "Choose a mission of the list." in page.text
