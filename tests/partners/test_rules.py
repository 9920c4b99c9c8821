"""What can be taken of a course and a session, who may, how recognition counts, and how many seats are free for whom."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from trainer.accounts.values import Account, MissionId, Office, OrganisationId
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import PersonId
from trainer.partners import rules
from trainer.partners.values import (
    AwardLine,
    AwardStanding,
    CourseDraft,
    CourseId,
    CourseMode,
    CoursePage,
    CourseState,
    PartnerCard,
    PartnerId,
    QuotaDraft,
    QuotaId,
    QuotaLine,
    RecognitionDecision,
    RecognitionLine,
    RecognitionState,
    SessionDraft,
    SessionId,
)

TODAY = date(2026, 11, 24)
POC, CPR = CompetencyKey("poc"), CompetencyKey("cpr")
KNOWN = frozenset({POC, CPR})
MODULES = frozenset({ModuleKey("protection-of-civilians")})
ZONES = frozenset({"UTC", "Africa/Nairobi"})
OURS, THEIRS = OrganisationId(1), OrganisationId(2)
UNIFIL, UNMISS = MissionId(1), MissionId(2)


def at(key: CompetencyKey, level: int) -> AtLevel:
    return AtLevel(competency=key, level=Level(level))


COURSE = CourseDraft(
    title="Protecting civilians",
    summary="Five days with a field exercise.",
    language="en",
    mode=CourseMode.ON_SITE,
    days=5,
    cost=90_000,
    awards=(at(POC, 2),),
    modules=(ModuleKey("protection-of-civilians"),),
)
SESSION = SessionDraft(
    starts_on=date(2027, 2, 8),
    ends_on=date(2027, 2, 12),
    starts_time=time(9),
    time_zone="Africa/Nairobi",
    place="Karen, Nairobi",
    region="east-africa",
    seats=20,
    least_seats=8,
    quotas=(QuotaDraft(mission=UNMISS, seats=5, released_on=date(2027, 1, 8)),),
)


def account(*offices: Office, organisation: OrganisationId = OURS) -> Account:
    return Account(
        person=PersonId(1),
        name="Asha",
        email="asha@example.org",
        language="en",
        offices=frozenset(offices),
        organisation=organisation,
        missions=frozenset(),
        invented=False,
    )


# Courses


def test_a_whole_course_has_no_problem() -> None:
    assert rules.check_course_draft(COURSE, known=KNOWN, known_modules=MODULES) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"title": "  "}, "title", id="no title"),
        pytest.param({"title": "x" * 161}, "title", id="title too long"),
        pytest.param({"title": "Safe\u202egnp.exe"}, "title", id="title that turns the text around"),
        pytest.param({"title": "Bell \x07"}, "title", id="title with a control sign"),
        pytest.param({"summary": "x" * 2001}, "summary", id="summary too long"),
        pytest.param({"language": "tlh"}, "language", id="language not taught in"),
        pytest.param({"days": 0}, "days", id="no day"),
        pytest.param({"days": 366}, "days", id="more than a year"),
        pytest.param({"cost": -1}, "cost", id="negative cost"),
        pytest.param({"cost": 10_000_001}, "cost", id="cost out of all bounds"),
        pytest.param({"currency": "EUR"}, "cost", id="another currency"),
        pytest.param({"awards": ()}, "awards", id="proves nothing"),
        pytest.param({"awards": (at(CompetencyKey("juggling"), 2),)}, "awards", id="unknown competency"),
        pytest.param({"awards": (at(POC, 2), at(POC, 3))}, "awards", id="competency twice"),
        pytest.param({"awards": (at(POC, 0),)}, "awards", id="competency without level"),
        pytest.param({"requires": at(CompetencyKey("juggling"), 1)}, "requires", id="asks for the unknown"),
        pytest.param({"requires": at(CPR, 0)}, "requires", id="asks without level"),
        pytest.param({"requires": at(POC, 2)}, "requires", id="asks for what it proves"),
        pytest.param({"modules": (ModuleKey("juggling"),)}, "modules", id="unknown module"),
    ],
)
def test_a_course_is_refused_at_the_field_that_is_wrong(change: dict[str, Any], field: str) -> None:
    problems = rules.check_course_draft(replace(COURSE, **change), known=KNOWN, known_modules=MODULES)

    assert [problem.field for problem in problems] == [field]


def test_all_problems_of_a_course_are_told_at_once() -> None:
    wrong = replace(COURSE, title="", language="", days=0, cost=-1, awards=(), modules=(ModuleKey("gone"),))

    problems = rules.check_course_draft(wrong, known=KNOWN, known_modules=MODULES)

    assert [problem.field for problem in problems] == ["title", "language", "days", "cost", "awards", "modules"]


def test_a_course_may_ask_for_a_lower_level_of_what_it_proves() -> None:
    deepening = replace(COURSE, awards=(at(POC, 3),), requires=at(POC, 2))

    assert rules.check_course_draft(deepening, known=KNOWN, known_modules=MODULES) == ()


@pytest.mark.parametrize(
    ("title", "taken", "key"),
    [
        pytest.param("Protéger les civils", (), "proteger-les-civils", id="accents are dropped"),
        pytest.param("حماية المدنيين", (), "course", id="nothing of it is Latin"),
        pytest.param("Convoys", ("convoys",), "convoys-2", id="taken"),
        pytest.param("Convoys", ("convoys", "convoys-2"), "convoys-3", id="taken twice"),
        pytest.param("x" * 200, (), "x" * 70, id="long"),
    ],
)
def test_a_key_is_made_of_the_title(title: str, taken: tuple[str, ...], key: str) -> None:
    assert rules.key_from(title, taken=taken) == key


# Sessions


def test_a_whole_session_has_no_problem() -> None:
    assert rules.check_session_draft(SESSION, mode=CourseMode.ON_SITE, taken=0, on=TODAY, zones=ZONES) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"starts_on": TODAY, "ends_on": TODAY, "quotas": ()}, "starts_on", id="starts today"),
        pytest.param({"starts_on": date(2026, 11, 2), "quotas": ()}, "starts_on", id="started already"),
        pytest.param({"starts_on": date(2036, 2, 8), "ends_on": date(2036, 2, 8)}, "starts_on", id="in ten years"),
        pytest.param({"ends_on": date(2027, 2, 7)}, "ends_on", id="ends before it starts"),
        pytest.param({"ends_on": date(2028, 2, 8)}, "ends_on", id="lasts more than a year"),
        pytest.param({"time_zone": "Mars/Olympus"}, "time_zone", id="no such time zone"),
        pytest.param({"place": ""}, "place", id="no place"),
        pytest.param({"place": "x" * 161}, "place", id="place too long"),
        pytest.param({"region": ""}, "region", id="no region"),
        pytest.param({"seats": 0, "least_seats": 0, "quotas": ()}, "seats", id="no seat"),
        pytest.param({"seats": 2001}, "seats", id="too many seats"),
        pytest.param({"seats": 11}, "seats", id="fewer seats than are booked"),
        pytest.param({"least_seats": 21}, "least_seats", id="needs more people than there are seats"),
        pytest.param({"least_seats": -1}, "least_seats", id="needs fewer than nobody"),
        pytest.param({"quotas": (QuotaDraft(seats=5, released_on=TODAY),)}, "quotas", id="reserved for nobody"),
        pytest.param(
            {"quotas": (QuotaDraft(mission=UNMISS, seats=0, released_on=TODAY),)}, "quotas", id="reserves no seat"
        ),
        pytest.param(
            {"quotas": (QuotaDraft(mission=UNMISS, seats=21, released_on=TODAY),)}, "quotas", id="reserves too many"
        ),
        pytest.param(
            {"quotas": (QuotaDraft(mission=UNMISS, seats=5, released_on=date(2027, 2, 9)),)},
            "quotas",
            id="reserved beyond the first day",
        ),
        pytest.param(
            {"quotas": (QuotaDraft(mission=UNMISS, seats=5, released_on=TODAY),) * 2}, "quotas", id="same people twice"
        ),
    ],
)
def test_a_session_is_refused_at_the_field_that_is_wrong(change: dict[str, Any], field: str) -> None:
    problems = rules.check_session_draft(
        replace(SESSION, **change), mode=CourseMode.ON_SITE, taken=12 if "seats" in change else 0, on=TODAY, zones=ZONES
    )

    assert field in [problem.field for problem in problems]
    assert {problem.field for problem in problems} <= {field, "least_seats"}


def test_all_problems_of_a_session_are_told_at_once() -> None:
    wrong = replace(
        SESSION,
        starts_on=date(2026, 11, 10),
        ends_on=date(2026, 11, 9),
        time_zone="",
        place="",
        region="",
        seats=0,
        least_seats=3,
        quotas=(),
    )

    problems = rules.check_session_draft(wrong, mode=CourseMode.HYBRID, taken=0, on=TODAY, zones=ZONES)

    fields = ["starts_on", "ends_on", "time_zone", "place", "region", "seats", "least_seats"]
    assert [problem.field for problem in problems] == fields


@pytest.mark.parametrize("mode", [CourseMode.SELF_PACED, CourseMode.LIVE_ONLINE])
def test_nobody_travels_to_a_session_online(mode: CourseMode) -> None:
    online = replace(SESSION, place="", region="")

    assert rules.check_session_draft(online, mode=mode, taken=0, on=TODAY, zones=ZONES) == ()


def test_a_session_may_start_on_the_29th_of_february_and_last_one_day() -> None:
    leap = date(2028, 2, 29)
    short = replace(SESSION, starts_on=leap, ends_on=leap)

    assert rules.check_session_draft(short, mode=CourseMode.ON_SITE, taken=20, on=TODAY, zones=ZONES) == ()


# Who may


@pytest.mark.parametrize(
    ("who", "edits", "sees_drafts"),
    [
        pytest.param(account(Office.TRAINING_PARTNER), True, True, id="owner"),
        pytest.param(account(Office.TRAINING_PARTNER, organisation=THEIRS), False, False, id="stranger"),
        pytest.param(account(), False, False, id="trainee of the same organisation"),
        pytest.param(account(Office.READINESS_MANAGER, organisation=THEIRS), False, True, id="who will decide"),
        pytest.param(account(Office.ADMINISTRATOR), False, False, id="administrator"),
    ],
)
def test_only_partners_of_the_organisation_edit_its_courses(who: Account, edits: bool, sees_drafts: bool) -> None:
    assert rules.may_edit(who, organisation=OURS) is edits
    assert rules.may_see(who, state=CourseState.DRAFT, organisation=OURS) is sees_drafts
    assert rules.may_see(who, state=CourseState.PUBLISHED, organisation=OURS)


# Recognition


def decision(**changes: Any) -> RecognitionLine:
    given = {
        "competency": POC,
        "level": Level.PRACTISED,
        "state": RecognitionState.GRANTED,
        "reason": "Compared with the module.",
        "decided_on": date(2026, 10, 20),
        "decided_by": PersonId(3),
        "expires_on": None,
        "ended_at": None,
    } | changes
    return RecognitionLine(**given)


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        pytest.param(None, AwardStanding.WAITING, id="nobody decided"),
        pytest.param(decision(), AwardStanding.RECOGNISED, id="granted for ever"),
        pytest.param(decision(expires_on=date(2026, 11, 25)), AwardStanding.RECOGNISED, id="on its last day"),
        pytest.param(decision(expires_on=TODAY), AwardStanding.RUN_OUT, id="ended today"),
        pytest.param(decision(state=RecognitionState.REFUSED), AwardStanding.REFUSED, id="refused"),
        pytest.param(decision(decided_on=date(2026, 11, 25)), AwardStanding.WAITING, id="decided only tomorrow"),
    ],
)
def test_an_award_stands_as_the_decision_in_force_says(found: RecognitionLine | None, standing: AwardStanding) -> None:
    assert rules.standing_of(found, on=TODAY) is standing


@pytest.mark.parametrize(
    ("claimed", "granted", "counts"),
    [(2, 2, 2), (3, 2, 2), (2, 3, 2)],
    ids=["as claimed", "lower than claimed", "never higher than claimed"],
)
def test_a_recognised_award_counts_at_the_level_recognised(claimed: int, granted: int, counts: int) -> None:
    award = AwardLine(
        competency=POC,
        claimed=Level(claimed),
        standing=AwardStanding.RECOGNISED,
        decision=decision(level=Level(granted)),
    )

    assert rules.recognised_awards([award]) == (at(POC, counts),)


@pytest.mark.parametrize("standing", [each for each in AwardStanding if each is not AwardStanding.RECOGNISED])
def test_an_award_that_is_not_recognised_counts_for_nothing(standing: AwardStanding) -> None:
    award = AwardLine(competency=POC, claimed=Level.PRACTISED, standing=standing, decision=decision())

    assert rules.recognised_awards([award]) == ()


GRANT = RecognitionDecision(
    competency=POC, level=Level.PRACTISED, state=RecognitionState.GRANTED, reason="Compared with the module."
)


@pytest.mark.parametrize(
    ("decisions", "fields"),
    [
        pytest.param([GRANT], [], id="taken"),
        pytest.param([replace(GRANT, state=RecognitionState.REFUSED)], [], id="refusal taken"),
        pytest.param([], [None], id="nothing decided"),
        pytest.param([replace(GRANT, competency=CPR)], ["decision-cpr"], id="not claimed"),
        pytest.param([replace(GRANT, level=Level.INDEPENDENT)], ["decision-poc"], id="above the claim"),
        pytest.param([replace(GRANT, level=Level.NONE)], ["decision-poc"], id="no level"),
        pytest.param([replace(GRANT, reason=" ")], ["reason"], id="no reason"),
        pytest.param([replace(GRANT, reason="x" * 1001)], ["reason"], id="reason too long"),
        pytest.param([replace(GRANT, expires_on=TODAY)], ["expires_on"], id="ends at once"),
        pytest.param([GRANT, GRANT], [None], id="twice"),
    ],
)
def test_a_decision_is_refused_at_the_field_that_is_wrong(
    decisions: list[RecognitionDecision], fields: list[str | None]
) -> None:
    problems = rules.check_decisions(decisions, claims={POC: Level.PRACTISED}, on=TODAY)

    assert [problem.field for problem in problems] == fields


BOTH = replace(COURSE, awards=(at(POC, 2), at(CPR, 1)))


@pytest.mark.parametrize(
    ("after", "ended", "undecided"),
    [
        pytest.param(BOTH, set(), set(), id="nothing changed"),
        pytest.param(replace(BOTH, title="Anew", days=4, cost=0), set(), set(), id="another title, length and cost"),
        pytest.param(replace(BOTH, awards=(at(POC, 3), at(CPR, 1))), {POC}, {POC}, id="a higher claim"),
        pytest.param(replace(BOTH, awards=(at(POC, 1), at(CPR, 1))), {POC}, {POC}, id="a lower claim"),
        pytest.param(replace(BOTH, awards=(at(CPR, 1),)), {POC}, set(), id="a claim dropped"),
        pytest.param(replace(BOTH, mode=CourseMode.LIVE_ONLINE), {POC, CPR}, {POC}, id="another mode"),
    ],
)
def test_a_change_of_claim_or_mode_ends_what_was_decided(
    after: CourseDraft, ended: set[CompetencyKey], undecided: set[CompetencyKey]
) -> None:
    assert rules.decisions_ended_by(BOTH, after) == ended
    assert rules.undecided_anew(recognised_page(BOTH), after) == undecided


def test_a_claim_made_anew_waits_for_a_decision() -> None:
    assert rules.undecided_anew(recognised_page(COURSE), BOTH) == {CPR}


def recognised_page(draft: CourseDraft) -> CoursePage:
    """A course of which `poc` is recognised and all else waits."""
    return CoursePage(
        id=CourseId(1),
        partner=PartnerCard(
            id=PartnerId(1),
            organisation=OURS,
            key="centre",
            name="Centre",
            kind="centre",
            region="east-africa",
            time_zone="UTC",
            email=None,
        ),
        draft=draft,
        state=CourseState.PUBLISHED,
        version=1,
        asked_at=datetime(2026, 11, 1, tzinfo=UTC),
        awards=tuple(
            AwardLine(
                competency=award.competency,
                claimed=award.level,
                standing=AwardStanding.RECOGNISED if award.competency == POC else AwardStanding.WAITING,
                decision=decision() if award.competency == POC else None,
            )
            for award in draft.awards
        ),
        decisions=(),
        coming=(),
        past=(),
    )


# Seats


def quota(number: int, **changes: Any) -> QuotaLine:
    given = {
        "id": QuotaId(number),
        "session": SessionId(1),
        "organisation": None,
        "mission": None,
        "seats": 5,
        "released_on": date(2027, 1, 8),
    } | changes
    return QuotaLine(**given)


FOR_THEM = quota(1, organisation=THEIRS)
FOR_UNMISS = quota(2, mission=UNMISS)
FOR_THEM_IN_UNMISS = quota(3, organisation=THEIRS, mission=UNMISS)


@pytest.mark.parametrize(
    ("quotas", "taken_by", "left"),
    [
        pytest.param([], [(OURS, UNIFIL)], {}, id="nothing reserved"),
        pytest.param([FOR_THEM], [], {1: 5}, id="nobody there"),
        pytest.param([FOR_THEM], [(OURS, UNIFIL), (OURS, None)], {1: 5}, id="others there"),
        pytest.param([FOR_THEM], [(THEIRS, UNIFIL), (THEIRS, None)], {1: 3}, id="some used"),
        pytest.param([FOR_UNMISS], [(OURS, UNMISS)], {2: 4}, id="by mission"),
        pytest.param([FOR_THEM_IN_UNMISS], [(THEIRS, UNIFIL), (THEIRS, UNMISS)], {3: 4}, id="both must fit"),
        pytest.param([FOR_THEM, FOR_UNMISS], [(THEIRS, UNMISS)], {1: 4, 2: 5}, id="the first that fits counts"),
        pytest.param([FOR_THEM, FOR_UNMISS], [(THEIRS, UNMISS)] * 7, {2: 3}, id="and then the next"),
        pytest.param([FOR_THEM], [(THEIRS, UNIFIL)] * 9, {}, id="used up"),
    ],
)
def test_what_is_reserved_is_less_what_its_own_people_have_taken(
    quotas: list[QuotaLine], taken_by: list[tuple[OrganisationId, MissionId | None]], left: dict[int, int]
) -> None:
    found = rules.still_reserved(quotas, taken_by=taken_by)

    assert {each.id: each.seats for each in found} == left


@pytest.mark.parametrize("check", [rules.check_reason], ids=["reason"])
def test_a_reason_is_needed(check: Callable[..., Any]) -> None:
    assert [problem.field for problem in check("", field="because")] == ["because"]
    assert check("The instructor fell ill.", field="because") == ()
