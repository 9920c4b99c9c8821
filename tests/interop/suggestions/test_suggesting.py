"""What a text is taken to ask: tasks with their words, days, places, strengths, and what becomes of the tasks in force."""

from datetime import date

import pytest

from tests.factories.mandates import task
from trainer.interop.suggestions import places, readings
from trainer.interop.suggestions.suggesting import suggest
from trainer.interop.suggestions.tasking import tasking_of
from trainer.interop.suggestions.values import Count, PlaceGround, Relation, Strength, Suggestion, TextReading
from trainer.interop.suggestions.vocabulary import NoSuchLanguage, taught, vocabulary, weight_of
from trainer.mandates.values import Force, MandatedTask, Modality, TaskChange, TaskKindKey


def read(text: str, *tasks: MandatedTask, language: str = "en") -> TextReading:
    return suggest(text, vocabulary=vocabulary(language), in_force=tasks, country=("Lebanon",))


def only(text: str, *tasks: MandatedTask, language: str = "en") -> Suggestion:
    (found,) = read(text, *tasks, language=language).suggestions
    return found


@pytest.mark.parametrize(
    ("language", "text", "force"),
    [
        ("en", "Requests the Mission to protect civilians;", Force.REQUESTED),
        ("en", "Further requests UNMISS to protect civilians;", Force.REQUESTED),
        ("en", "Acting under Chapter VII of the Charter, authorizes the Force to act;", Force.REQUESTED),
        ("en", "Strongly encourages MINUSCA to protect civilians;", Force.ENCOURAGED),
        ("en", "Requests the Secretary-General, through the Mission, to support dialogue;", Force.REQUESTED),
        ("en", "Requests the Secretary-General to ensure that UNMISS protects civilians;", Force.REQUESTED),
        ("en", "Requests the Secretary-General to report on UNMISS;", None),
        ("en", "Calls upon all parties to cooperate with the Mission;", None),
        ("en", "Urges Member States to provide the Mission with troops;", None),
        ("en", "Recalls that it requests the Mission to act;", None),
        ("en", "Stresses the need for the Mission to act;", None),
        ("fr", "Prie également la Mission de protéger les civils ;", Force.REQUESTED),
        ("fr", "Encourage vivement la Mission à protéger les civils ;", Force.ENCOURAGED),
        ("fr", "Décide que la Force mènera des patrouilles ;", Force.REQUESTED),
        ("fr", "Prie le Secrétaire général de lui faire rapport sur la MINUSCA ;", None),
        ("fr", "Exige des parties qu'elles coopèrent avec la Mission ;", None),
        ("fr", "Souligne que la Mission doit agir ;", None),
    ],
)
def test_a_paragraph_tasks_the_operation_by_its_verb_and_whom_it_addresses(
    language: str, text: str, force: Force | None
) -> None:
    found = tasking_of(text, vocabulary=vocabulary(language))

    assert (found.force if found and found.to_operation else None) is force


def test_a_mission_is_known_by_its_own_name() -> None:
    text = "Requests Sentinel to protect civilians;"

    assert not read(f"1. {text}").suggestions
    assert suggest(f"1. {text}", vocabulary=vocabulary("en"), names=("Sentinel",)).suggestions


def test_parts_inherit_that_they_task_and_how_strongly() -> None:
    found = read(
        "1. Encourages the Mission to do the following:\n(a) support mine action;\n(b) facilitate humanitarian assistance;"
    )

    assert [(each.label, each.task_kind, each.force) for each in found.suggestions] == [
        ("1 (a)", "Demining", Force.ENCOURAGED),
        ("1 (b)", "HumanRelief", Force.ENCOURAGED),
    ]


def test_the_parts_of_what_is_asked_of_others_task_nobody() -> None:
    assert read("1. Calls upon the parties:\n(a) to support mine action;").suggestions == ()


def test_a_suggestion_shows_the_words_it_rests_on() -> None:
    text = "Requests the Mission to monitor violations of human rights in the provinces of Tyre and Bint Jbeil until 30 June 2027"

    found = only(f"1. {text}")

    assert {(span.says.value, text[span.start : span.end]) for span in found.spans} >= {
        ("tasking", "Requests"),
        ("task", "monitor violations of human rights"),
        ("place", "Tyre and Bint Jbeil"),
        ("dates", "until 30 June 2027"),
    }
    assert found.modalities == (Modality.MONITOR,)
    assert (found.area_of_operations, found.last_on) == ("Tyre and Bint Jbeil", date(2027, 6, 30))


@pytest.mark.parametrize(
    ("language", "text", "starts_on", "last_on", "remarks"),
    [
        ("en", "until 30 June 2027", None, date(2027, 6, 30), ()),
        ("en", "through and including March 1, 2028", None, date(2028, 3, 1), ()),
        ("en", "from 1 January 2027 until 29 February 2028", date(2027, 1, 1), date(2028, 2, 29), ()),
        ("en", "until 31 June 2027", None, None, ()),
        ("en", "by 30 June 2027", None, None, ("by 30 June 2027",)),
        ("en", "within 60 days of its adoption, act", None, None, ("within 60 days of its adoption",)),
        ("en", "during the first phase", None, None, ("during the first phase",)),
        ("fr", "à compter du 1er janvier 2027 et jusqu'au 15 août 2027", date(2027, 1, 1), date(2027, 8, 15), ()),
        ("fr", "au plus tard le 3 février 2027", None, None, ("au plus tard le 3 février 2027",)),
        ("fr", "jusqu’au 1 décembre 2027", None, date(2027, 12, 1), ()),
    ],
)
def test_days_are_read_and_deadlines_are_no_ends(
    language: str, text: str, starts_on: date | None, last_on: date | None, remarks: tuple[str, ...]
) -> None:
    found = readings.days_of(text, language=language)

    assert (found.starts_on, found.last_on, found.remarks) == (starts_on, last_on, remarks)


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("en", "in the provinces of North Kivu and Ituri", "North Kivu and Ituri"),
        ("en", "in eastern Chad", "Eastern Chad"),
        ("en", "in the Abyei Area", "Abyei Area"),
        ("en", "south of the Litani River", "South of the Litani River"),
        ("en", "in Lebanon and by January 2027", ""),
        ("en", "in the Security Council", ""),
        ("en", "in South Kivu by 30 April", "South Kivu"),
        ("en", "in Sector West and along its roads", "Sector West"),
        ("en", "along the Blue Line", "Blue Line"),
        ("en", "between the Litani River and the Blue Line", "Between the Litani River and the Blue Line"),
        ("en", "in and around Kidal, before the rains", "Kidal"),
        ("en", "within Jonglei State", "Jonglei"),
        ("en", "in the Democratic Republic of the Congo", ""),
        ("en", "in Phase Two", ""),
        ("en", "in UNMISS bases", ""),
        ("en", "in the Revitalised Agreement", ""),
        ("fr", "dans les provinces du Nord-Kivu et de l'Ituri", "Nord-Kivu et de l'Ituri"),
        ("fr", "dans l'est de la Centrafrique", "L'est de la Centrafrique"),
        ("fr", "dans la zone à l'est d'Abyei", "À l'est d'Abyei"),
        ("fr", "au Sud-Kivu d'ici au 30 avril", "Sud-Kivu"),
        ("fr", "le long de la Ligne bleue", "Ligne bleue"),
        ("fr", "dans le secteur Ouest", "Secteur Ouest"),
        ("fr", "en Ituri", "Ituri"),
        ("fr", "à la Mission", ""),
        ("fr", "au Liban", ""),
        ("fr", "au Conseil de sécurité", ""),
    ],
)
def test_the_area_of_operations_is_read_and_the_country_is_none(language: str, text: str, place: str) -> None:
    found = places.place_of(text, language=language, beside=("Lebanon",))

    assert (found.name if found else "") == place


@pytest.mark.parametrize(
    ("text", "known", "ground"),
    [
        ("protect civilians in Bunia", (), PlaceGround.NAME_ALONE),
        ("protect civilians in Bunia", ("Bunia",), PlaceGround.ON_FILE),
        ("withdraw its units from Bunia", ("Bunia",), PlaceGround.ON_FILE),
        ("withdraw its units from Bunia", (), None),
        ("protect civilians in the province of Ituri", (), PlaceGround.CALLED_SO),
        ("protect civilians in the province of Ituri", ("Ituri",), PlaceGround.ON_FILE),
        ("protect civilians in Lebanon", ("Lebanon",), None),
    ],
)
def test_what_is_on_file_is_surer_than_a_name_alone(
    text: str, known: tuple[str, ...], ground: PlaceGround | None
) -> None:
    found = places.place_of(text, language="en", known=known)

    assert (found and found.ground) == ground


@pytest.mark.parametrize(
    ("language", "text", "months"),
    [
        ("en", "for a period of twelve months", 12),
        ("en", "for a further period of 6 months", 6),
        ("en", "for one year", 12),
        ("en", "for a long time", None),
        ("fr", "pour une période de douze mois", 12),
        ("fr", "pour une nouvelle période de six mois", 6),
        ("fr", "pour une période d'un an", 12),
    ],
)
def test_the_length_of_a_period_is_read(language: str, text: str, months: int | None) -> None:
    assert readings.months_of(text, language=language) == months


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2026, 11, 15), 12, date(2027, 11, 14)),
        (date(2026, 12, 31), 2, date(2027, 2, 27)),
        (date(2027, 2, 28), 12, date(2028, 2, 27)),
    ],
)
def test_a_period_ends_the_day_before_its_day_comes_again(start: date, months: int, last: date) -> None:
    assert readings.last_day_after(start, months) == last


def test_the_heading_gives_symbol_adoption_period_and_strength() -> None:
    heading = read(
        "Resolution 2790 (2025)\n\nAdopted by the Security Council at its 9990th meeting, on 28 August 2025\n\n"
        "1. Decides to extend the mandate of UNIFIL until 31 December 2026;\n\n"
        "2. Decides that the force shall comprise up to 13,000 military personnel and 1,040 police personnel;"
    ).heading

    assert (heading.symbol, heading.adopted_on, heading.last_on) == (
        "S/RES/2790 (2025)",
        date(2025, 8, 28),
        date(2026, 12, 31),
    )
    assert [(each.number, each.label) for each in heading.ceilings] == [(13_000, "2"), (1_040, "2")]


def test_a_french_heading_is_read_too() -> None:
    heading = read(
        "Résolution 2800 (2025)\nAdoptée par le Conseil de sécurité à sa 10040e séance, le 13 novembre 2025\n\n"
        "1. Décide de proroger jusqu'au 15 novembre 2026 le mandat de la MINUSCA ;\n"
        "2. Décide que l'effectif comprendra 14 046 militaires et 3 020 policiers ;",
        language="fr",
    ).heading

    assert (heading.symbol, heading.adopted_on, heading.last_on) == (
        "S/RES/2800 (2025)",
        date(2025, 11, 13),
        date(2026, 11, 15),
    )
    assert [each.number for each in heading.ceilings] == [14_046, 3_020]


def test_a_renewal_and_a_strength_are_no_tasks() -> None:
    found = read(
        "1. Decides to extend the mandate of UNIFIL until 31 December 2026;\n"
        "2. Decides that the Force shall comprise up to 900 police personnel;"
    )

    assert found.suggestions == ()


@pytest.mark.parametrize(
    ("text", "relation", "change"),
    [
        ("Requests the Mission to assist the clearance of landmines;", Relation.CONTINUES, TaskChange.SET),
        ("Encourages the Mission to assist the clearance of landmines;", Relation.CHANGES, TaskChange.SET),
        (
            "Requests the Mission to assist the clearance of landmines until 30 June 2027;",
            Relation.CHANGES,
            TaskChange.SET,
        ),
        ("Requests the Mission, in addition, to monitor the clearance of landmines;", Relation.ADDS, TaskChange.EXTEND),
        ("Decides that the Mission shall cease mine action on 30 June 2027;", Relation.ENDS, TaskChange.END),
        ("Requests the Mission to cease its support to mine action;", Relation.ENDS, TaskChange.END),
        ("Requests the Mission to monitor the human rights situation;", Relation.NEW, TaskChange.SET),
    ],
    ids=["continues", "weaker", "with an end", "adds", "ends", "ceases", "new"],
)
def test_a_suggestion_says_what_becomes_of_the_task_in_force(text: str, relation: Relation, change: TaskChange) -> None:
    found = only(f"1. {text}", task("Demining"))

    assert (found.relation, found.change) == (relation, change)


@pytest.mark.parametrize(
    ("language", "text", "last_on"),
    [
        ("en", "Requests the Mission to cease its support to mine action by 30 April 2027;", date(2027, 4, 30)),
        ("en", "Requests the Mission to discontinue mine action from 1 July 2027;", date(2027, 6, 30)),
        ("en", "Decides that the Mission shall no longer assist mine action;", None),
        ("fr", "Prie la Mission de cesser son appui au déminage d'ici au 30 avril 2027 ;", date(2027, 4, 30)),
    ],
)
def test_what_ends_a_task_gives_its_last_day(language: str, text: str, last_on: date | None) -> None:
    found = only(f"1. {text}", task("Demining"), language=language)

    assert (found.change, found.starts_on, found.last_on, found.remarks) == (TaskChange.END, None, last_on, ())


def test_what_ends_a_task_that_is_not_in_force_is_never_almost_certain() -> None:
    found = only("1. Requests the Mission to discontinue mine action;", task("Gender"))

    assert (found.change, found.share) == (TaskChange.END, None)


def test_all_necessary_means_for_the_mandate_are_the_use_of_force() -> None:
    found = only("1. Authorizes the Mission to use all necessary means to carry out its mandate;")

    assert (found.task_kind, found.modalities) == ("UseOfForce", (Modality.SECURE,))


def test_a_task_of_one_place_is_meant_where_the_text_names_none() -> None:
    found = only("1. Requests the Mission to assist mine action;", task("Demining", area_of_operations="Tyre"))

    assert (found.area_of_operations, found.relation) == ("Tyre", Relation.CONTINUES)


def test_tasks_in_force_that_nothing_speaks_of_are_told() -> None:
    found = read("1. Requests the Mission to assist mine action;", task("Demining"), task("Gender"))

    assert [each.task_kind for each in found.unmentioned] == ["Gender"]


def test_priority_is_told_by_the_paragraph_or_what_stands_over_it() -> None:
    found = read(
        "1. Decides that the mandate of the Mission shall include the following priority tasks:\n(a) to assist mine action;\n"
        "2. Requests the Mission, within existing resources, to facilitate humanitarian assistance;\n"
        "3. Requests the Mission to promote gender equality;"
    )

    assert [(each.task_kind, each.priority) for each in found.suggestions] == [
        ("Demining", 1),
        ("HumanRelief", 3),
        ("Gender", 2),
    ]


def test_a_paragraph_that_seems_to_replace_the_mandate_is_named() -> None:
    found = read("1. Decides that the mandate of the Mission shall be as follows:\n(a) to protect civilians;")

    assert found.heading.whole == 0


def test_a_tasking_paragraph_without_a_known_phrase_is_shown_with_a_question() -> None:
    found = only("1. Requests the Mission to keep the lighthouse lit;")

    assert (found.task_kind, found.share, found.phrases) == (None, None, ())


def test_texts_of_another_language_are_refused() -> None:
    with pytest.raises(NoSuchLanguage):
        vocabulary("la")


# What officers teach


PHRASE = ("landmines", TaskKindKey("Demining"))


def weighs(known, phrase=PHRASE):
    return next((weight_of(each) for each in known.phrases if (each.text, each.task_kind) == phrase), None)


def test_what_officers_confirm_weighs_more_and_what_they_reject_less() -> None:
    known = vocabulary("en")
    nothing = taught(known, decided={}, added={}, dropped=())
    confirmed = taught(known, decided={PHRASE: Count(seen=8, right=8)}, added={}, dropped=())
    rejected = taught(known, decided={PHRASE: Count(seen=8, right=0)}, added={}, dropped=())

    assert weighs(rejected) < weighs(nothing) == weighs(known) < weighs(confirmed)


def test_a_phrase_that_is_dropped_suggests_nothing_and_one_that_is_added_does() -> None:
    lighthouse = ("lighthouse", TaskKindKey("BorderControl"))
    known = taught(vocabulary("en"), decided={}, added={lighthouse: Strength.STRONG}, dropped=[PHRASE])

    assert weighs(known) is None
    found = suggest("1. Requests the Mission to keep the lighthouse lit;", vocabulary=known)
    assert [each.task_kind for each in found.suggestions] == ["BorderControl"]


def test_a_phrase_that_was_corrected_to_another_task_speaks_for_that_one_too() -> None:
    other = ("landmines", TaskKindKey("ControlSALW"))
    known = taught(vocabulary("en"), decided={other: Count(seen=3, right=3)}, added={}, dropped=())

    assert weighs(known, other) is not None
    assert weighs(known) is not None
