"""The accounts of the demonstration."""

from collections import Counter
from pathlib import Path

from trainer.accounts import rules
from trainer.accounts.values import Office
from trainer.competencies.values import Area
from trainer.demo import accounts, facts, load, partners

ACCOUNTS = accounts.read_accounts()


def test_every_office_has_an_account_and_two_are_trainees() -> None:
    offices = Counter(each.office for each in ACCOUNTS)

    assert {each for each in offices if each} == set(Office) - {Office.TRAINEE}
    assert offices[None] == 2


def test_every_area_has_both_owners() -> None:
    assert {area for each in ACCOUNTS for area in each.authority} == set(Area)
    assert {area for each in ACCOUNTS for area in each.head} == set(Area)


def test_the_password_is_one_that_the_product_takes() -> None:
    for each in ACCOUNTS:
        names = (each.given_name, each.family_name, each.email, each.key)
        assert rules.password_problem(accounts.PASSWORD, names=names) is None


def test_the_trainee_is_of_a_formed_police_unit_in_bambari_and_reads_french() -> None:
    trainee = next(each for each in ACCOUNTS if each.email == "trainee@demo.example")

    assert trainee.posting is not None
    assert (trainee.posting.mission, trainee.posting.unit) == ("minusca", "bambari-fpu")
    assert trainee.language == "fr"


def test_every_account_belongs_somewhere_that_exists() -> None:
    known = facts.read_facts()
    organisations = {each.key for each in known.organisations} | {each.key for each in partners.read_market().partners}
    units = {(mission.key, unit.key): unit.role for mission in known.missions for unit in mission.units}

    for each in ACCOUNTS:
        assert each.organisation in organisations
        if each.posting and each.posting.unit:
            assert units[each.posting.mission, each.posting.unit] is each.posting.role


def test_the_command_can_print_how_to_sign_in() -> None:
    lines = load.sign_in_lines()

    assert [each.login for each in lines] == [each.email for each in ACCOUNTS]
    assert all(each.office_name and each.password and each.says for each in lines)


def test_a_mistake_in_the_file_is_told(tmp_path: Path) -> None:
    text = (facts.FOLDER / "accounts.toml").read_text("utf-8")
    broken = tmp_path / "accounts.toml"
    broken.write_text(text.replace("@demo.example", "@example.org", 1).replace('"SEC"', '"ABC"', 1), "utf-8")

    _, problems = accounts.read_file(broken)

    assert len(problems) == 2
