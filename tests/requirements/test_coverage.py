"""From tasks to courses: what asks nothing, what nobody teaches, and whom training does not reach."""

import json
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests.conftest import TODAY, work_on
from tests.factories import accounts, catalogue, competencies, partners
from tests.factories.mandates import line, published, rule, task
from tests.support.site import Site
from trainer.accounts.models import Person, PostingRow
from trainer.accounts.values import Certainty, MissionCard, MissionId, MissionStatus, Office, PeopleGroup, Role
from trainer.catalogue.values import AtLevel, ModuleKey, ModuleVersionId, Offering
from trainer.cli import requirements as command
from trainer.cli.database import open_engine
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import Area, Competency, CompetencyKey, Level, Owners, Source
from trainer.kernel.work import Work
from trainer.mandates import operations
from trainer.mandates.values import Modality, RequirementRule, RuleSet, RuleVersionId, Scope
from trainer.partners.values import CourseId, CourseMode, PartnerId, SessionId, SessionOffer
from trainer.requirements import queries
from trainer.requirements.rules import coverage
from trainer.requirements.values import Answer, Coverage, Need

POC, AID = competencies.POC, competencies.AID
HERE, THERE = MissionId(1), MissionId(2)
INFANTRY, CIVILIAN = Role.INFANTRY, Role.CIVILIAN
KNOWN: dict[CompetencyKey, Competency] = {each.key: each for each in competencies.framework().competencies}


def mission(number: int) -> MissionCard:
    return MissionCard(
        id=MissionId(number),
        key=f"mission-{number}",
        name=f"Mission {number}",
        full_name={"en": ""},
        place={"en": ""},
        lead="un",
        status=MissionStatus.ACTIVE,
        region="east-africa",
        time_zone="UTC",
        strength={"en": ""},
        certainty=Certainty.SEEN,
    )


def module(key: str = "poc", level: int = 2, *languages: str, **changes: object) -> Offering:
    given = {
        "id": ModuleVersionId(1),
        "key": ModuleKey(key),
        "title": {"en": key},
        "effort": timedelta(minutes=45),
        "languages": languages or ("en",),
        "teaches": (AtLevel(competency=POC, level=Level(level)),),
        "requires": (),
        "refresher_of": None,
        "within_months": 24,
    }
    return Offering(**(given | changes))  # type: ignore[arg-type]


def held(language: str = "fr", level: int = 2, **changes: object) -> SessionOffer:
    given = {
        "id": SessionId(1),
        "course": CourseId(1),
        "partner": PartnerId(1),
        "title": "A course",
        "language": language,
        "mode": CourseMode.ON_SITE,
        "roles": (),
        "cost": 0,
        "region": "east-africa",
        "place": "Nairobi",
        "starts_on": date(2027, 2, 8),
        "ends_on": date(2027, 2, 12),
        "seats": 20,
        "seats_taken": 0,
        "least_seats": 0,
        "awards": (AtLevel(competency=POC, level=Level(level)),),
        "requires": None,
    }
    return SessionOffer(**(given | changes))  # type: ignore[arg-type]


def group(people: int, *languages: str, role: Role = INFANTRY, where: MissionId = HERE) -> PeopleGroup:
    return PeopleGroup(mission=where, role=role, languages=languages or ("en",), people=people)


def judged(
    *rules: RequirementRule,
    tasks: object = None,
    groups: tuple[PeopleGroup, ...] = (group(10), group(4, "fr", "ar"), group(3, "es")),
    offerings: tuple[Offering, ...] = (),
    sessions: tuple[SessionOffer, ...] = (),
) -> Coverage:
    version = RuleSet(version=RuleVersionId(1), number=1, published_at=None, note="", rules=rules or (rule(),))
    return coverage.coverage_of(
        missions=(mission(1), mission(2)),
        tasks=tasks or {HERE: (task("CivProtect"),), THERE: ()},  # type: ignore[arg-type]
        version=version,
        competencies=KNOWN,
        groups=groups,
        offerings=offerings,
        sessions=sessions,
        on=TODAY,
        until=TODAY + timedelta(days=365),
    )


def only(found: Coverage) -> Need:
    (need,) = found.needs
    return need


# Tasks that ask nothing


def test_tasks_without_a_rule_that_fits_are_told_with_every_mission_they_are_in() -> None:
    demining, securing = task("Demining", mission=THERE), task("Gender", modalities=(Modality.SECURE,))
    tasks = {HERE: (task("CivProtect"), securing, task("Gender")), THERE: (demining,)}

    found = judged(rule(), rule("gender", "Gender", modality=Modality.SECURE), tasks=tasks)

    assert [(each.task_kind, each.area, [card.id for card, _ in each.tasks]) for each in found.unasked] == [
        ("Gender", Area.WPS, [HERE]),
        ("Demining", Area.WAM, [THERE]),
    ]
    assert found.tasks == 3


def test_a_rule_for_a_competency_that_nobody_has_or_that_is_retired_asks_nothing() -> None:
    found = judged(rule(competency=CompetencyKey("juggling")))

    assert [each.task_kind for each in found.unasked] == ["CivProtect"]
    assert found.needs == ()


# Modules and courses


def test_nothing_that_teaches_reaches_nobody() -> None:
    need = only(judged())

    assert (need.asked, need.taught, need.answer) == (17, 0, Answer.NOBODY)
    assert [(each.language, each.region, each.people) for each in need.shortfalls] == [
        ("en", "east-africa", 10),
        ("fr", "east-africa", 4),
        ("es", "east-africa", 3),
    ]


def test_a_module_reaches_those_who_read_it_and_a_session_those_who_follow_it() -> None:
    found = judged(offerings=(module(),), sessions=(held("ar"), held("ar", mode=CourseMode.LIVE_ONLINE)))
    need = only(found)

    assert (need.taught, need.answer, need.travelling) == (14, Answer.PART, 0)
    assert [(each.role, each.asked, each.taught) for each in need.roles] == [(INFANTRY, 17, 14)]
    assert [each.language for each in need.shortfalls] == ["es"]
    assert (need.modules, need.sessions, need.module_languages, need.session_languages) == (
        ("poc",),
        2,
        ("en",),
        ("ar",),
    )
    assert (found.without_module, found.without_course, found.short) == ((), (), (need,))


@pytest.mark.parametrize(
    ("offerings", "sessions", "taught"),
    [
        pytest.param((module(level=1),), (), 0, id="module below the level"),
        pytest.param((module(level=3),), (), 10, id="module above the level"),
        pytest.param((module(refresher_of=POC),), (), 0, id="only a refresher"),
        pytest.param((), (held("en", 1),), 0, id="session below the level"),
        pytest.param((), (held("en", roles=(CIVILIAN,)),), 0, id="session for another role"),
        pytest.param((), (held("en", roles=(INFANTRY,)),), 10, id="session for the role"),
        pytest.param(
            (module(key="poc", level=2, teaches=(AtLevel(competency=AID, level=Level.INSTRUCTOR),)),), (), 0, id="other"
        ),
    ],
)
def test_what_teaches_must_be_at_the_level_for_the_role_and_of_the_competency(
    offerings: tuple[Offering, ...], sessions: tuple[SessionOffer, ...], taught: int
) -> None:
    assert only(judged(offerings=offerings, sessions=sessions)).taught == taught


def test_those_who_would_travel_are_counted_where_nothing_is_nearer() -> None:
    far = held("en", region="europe")

    assert only(judged(sessions=(far,))).travelling == 10
    assert only(judged(sessions=(far, held("en")))).travelling == 0
    assert only(judged(sessions=(far,), offerings=(module(),))).travelling == 0
    assert only(judged(sessions=(held("en", region="europe", mode=CourseMode.LIVE_ONLINE),))).travelling == 0


def test_needs_are_told_apart_by_level_and_name_their_tasks_and_missions() -> None:
    found = judged(
        rule(),
        rule("teach", level=Level.INSTRUCTOR, scope=Scope.AT_LEAST, scope_size=2, roles=(INFANTRY,)),
        rule("conduct", None, competency=competencies.CONDUCT),
        groups=(group(5), group(7, role=CIVILIAN), group(2, where=THERE)),
        offerings=(module(level=2),),
        sessions=(held("en", 4),),
    )

    assert [(each.competency, each.level, each.asked, each.tasks, each.missions) for each in found.needs] == [
        (competencies.CONDUCT, 2, 14, (), (HERE, THERE)),
        (POC, 2, 12, ("CivProtect",), (HERE,)),
        (POC, 4, 5, ("CivProtect",), (HERE,)),
    ]
    assert [each.answer for each in found.needs] == [Answer.NOBODY, Answer.EVERYBODY, Answer.EVERYBODY]
    assert [(each.competency, each.level) for each in found.without_module] == [(competencies.CONDUCT, 2), (POC, 4)]
    assert [(each.competency, each.level) for each in found.without_course] == [(competencies.CONDUCT, 2)]


def test_what_only_seen_performance_proves_is_not_looked_for_in_courses() -> None:
    found = judged(rule(least_source=Source.OBSERVED))

    assert only(found).answer is Answer.OBSERVED
    assert (found.without_module, found.without_course, found.short) == ((), (), ())


def test_what_is_asked_where_nobody_serves_is_not_taught_without_a_module_or_session() -> None:
    assert only(judged(groups=())).answer is Answer.NOBODY
    assert only(judged(groups=(), offerings=(module(),))).answer is Answer.EVERYBODY


# On file


@pytest.fixture
def lived_in(work: Work) -> MissionId:
    """Two tasks, one without a rule; infantry who read English and Spanish, a module in English, a session in two years."""
    catalogue.installed(work)
    operations.publish_rules(work, rules=[rule(level=Level.AWARE)], note="For tests.")
    here = accounts.mission(work, name="UNIFIL", key="unifil", region="middle-east")
    tasks = (line("CivProtect"), line("Demining", paragraph="7"))
    published(work, here, effective_on=date(2026, 1, 1), adopted_on=None, tasks=tasks)
    for languages in (["en"], ["es"]):
        accounts.posted_person(work, mission=here, spoken=languages)
    closed = accounts.mission(work, status=MissionStatus.CLOSED)
    published(work, closed, effective_on=date(2026, 1, 1), adopted_on=None, tasks=(line("Gender"),))
    course = partners.course(work, awards={POC: 1}, language="es")
    partners.course_session(work, course=course, starts_on=date(2028, 11, 1))
    head = accounts.person(work, given_name="Hana", family_name="Novak")
    competency_operations.name_area_owners(
        work, area=Area.POC, owners=Owners(requirements_authority=None, department_head=head)
    )
    return here


def test_the_check_reads_open_missions_current_modules_and_the_sessions_of_a_year(
    work: Work, lived_in: MissionId
) -> None:
    found = queries.coverage(work.session, on=TODAY)

    assert [(each.task_kind, [task.paragraph for _, task in each.tasks]) for each in found.unasked] == [
        ("Demining", ["7"])
    ]
    need = only(found)
    assert (need.asked, need.taught, need.sessions) == (2, 1, 0)
    assert [(each.language, each.region) for each in need.shortfalls] == [("es", "middle-east")]
    later = queries.coverage(work.session, on=date(2028, 1, 1), mission=lived_in)
    assert only(later).sessions == 1


def test_the_page_says_what_is_missing_and_who_mends_it(site: Site, work: Work, lived_in: MissionId) -> None:
    site.sign_in(accounts.holder(work, Office.MANDATE_OFFICER))

    tasks = site.get("/requirements/coverage")
    for said in (
        "Tasks without a requirement 1",
        "Mine action",
        "UNIFIL",
        "S/RES/2790 (2025), 7",
        "nobody answers for it",
    ):
        assert said in tasks.text
    assert "/requirements/new-rule?task=Demining" in tasks.links()
    people = site.get(f"/requirements/coverage?part=people&mission={lived_in}")
    for said in ("1 of 2", "taught to part", "Title of protection-of-civilians 1 aware", "Español", "Hana Novak"):
        assert said in people.text
    assert "/courses/?area=POC&held-in=es" in people.links()
    assert "A module teaches every requirement" in site.get("/requirements/coverage?part=modules").text
    assert "Every task in force asks" in site.get("/requirements/coverage?part=tasks&area=POC").text
    assert "Español" in site.get("/requirements/coverage?part=everything").text
    assert site.get("/requirements/coverage?mission=999999").status == 404
    figures = site.client.get(f"/requirements/coverage.json?mission={lived_in}").get_json()
    assert [each["task"] for each in figures["tasks_without_requirement"]] == ["Demining"]
    assert figures["not_taught_to_everybody"][0]["department_head"] == "Hana Novak"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_anybody_reads_the_check_in_their_language_and_mends_nothing(
    site: Site, work: Work, lived_in: MissionId, language: str
) -> None:
    site.sign_in(accounts.person(work))

    page = site.get(f"/requirements/coverage?language={language}")

    assert page.soup.get("lang") == language
    assert "/requirements/new-rule?task=Demining" not in page.links()
    assert site.get("/requirements/coverage?part=people").status == 200


def test_the_command_tells_the_same(
    empty_database: AbstractContextManager[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr("trainer.cli.database.require_current", lambda _: None)  # made without migrations
    with empty_database as url:
        engine = open_engine(url)
        with Session(engine) as session:
            work = work_on(session)
            competencies.adopted(work)
            here = accounts.mission(work, key="unifil")
            accounts.posted_person(work, mission=here, spoken=["es"])
            published(
                work, here, effective_on=date(2026, 1, 1), adopted_on=None, tasks=(line("CivProtect"), line("Demining"))
            )
            operations.publish_rules(work, rules=[rule()], note="For tests.")
            session.commit()
        engine.dispose()

        told = CliRunner().invoke(command.group, ["check", "--database", url], obj=None)
        found = json.loads(
            CliRunner()
            .invoke(command.group, ["check", "--mission", "unifil", "--json", "--database", url], obj=None)
            .stdout
        )
        wrong = CliRunner().invoke(command.group, ["check", "--mission", "nowhere", "--database", url], obj=None)

    assert "1 tasks in force ask nothing of anybody." in told.stdout
    assert "Demining (WAM, nobody answers for it): unifil S/RES/2790 (2025) 4 (a)" in told.stdout
    assert "protection-of-civilians 2 (POC, nobody answers for it): 0 of 1 can be taught" in told.stdout
    assert [each["task"] for each in found["tasks_without_requirement"]] == ["Demining"]
    (need,) = found["requirements_without_module"]
    assert (need["asked"], need["taught"], need["short"][0]["language"]) == (1, 0, "es")
    assert need["roles"] == {"infantry": {"asked": 1, "taught": 0}}
    assert found["requirements_without_course"] == found["not_taught_to_everybody"] == [need]
    assert wrong.exit_code == 1


def test_the_check_of_3000_people_takes_under_half_a_second(work: Work, site: Site, lived_in: MissionId) -> None:

    organisation = accounts.organisation(work)
    codes = ("en", "fr", "ar", "es")
    rows = [
        {
            "key": f"n{number}",
            "given_name": "Asha",
            "family_name": f"N{number}",
            "search_name": f"asha n{number}",
            "organisation_id": organisation,
            "language": "en",
            "spoken": [codes[number % 4]],
        }
        for number in range(3000)
    ]
    people = work.session.scalars(insert(Person).returning(Person.id), rows).all()
    roles = list(Role)
    work.session.execute(
        insert(PostingRow),
        [
            {
                "person_id": person,
                "mission_id": lived_in,
                "role": roles[place % 6],
                "starts_on": date(2026, 9, 1),
                "ends_on": date(2027, 9, 1),
            }
            for place, person in enumerate(people)
        ],
    )
    site.sign_in(accounts.holder(work, Office.MANDATE_OFFICER)).get("/requirements/coverage?part=people")

    assert site.get("/requirements/coverage?part=people").status == 200
