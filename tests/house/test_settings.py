"""The environment is read once and refused with everything that is wrong with it."""

import pytest

from config import BadSettings, MailServer, from_environment, mail_server

SECRET = "a" * 40


def test_production_refuses_to_start_without_a_secret_key() -> None:
    with pytest.raises(BadSettings, match="TRAINER_SECRET_KEY is missing"):
        from_environment({})


def test_every_problem_is_told_at_once() -> None:
    wrong = {
        "TRAINER_SECRET_KEY": "short",
        "TRAINER_DATABASE_URL": "mysql://x",
        "TRAINER_TIME_ZONE": "Mars/Olympus",
        "TRAINER_PROXIES": "many",
        "TRAINER_COLOUR": "blue",
    }

    with pytest.raises(BadSettings) as refused:
        from_environment(wrong)

    assert {problem.split()[0] for problem in refused.value.problems} == set(wrong)


def test_a_postgres_address_gets_the_driver_we_use() -> None:
    settings = from_environment({"TRAINER_SECRET_KEY": SECRET, "TRAINER_DATABASE_URL": "postgres://u:p@h/trainer"})

    assert settings.database_url == "postgresql+psycopg://u:p@h/trainer"
    assert not settings.on_sqlite


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("smtp://mail.example", MailServer(host="mail.example", port=587, security="starttls"), id="plain"),
        pytest.param(
            "smtp://a%40b:p%2Fw@mail.example:2465?security=tls",
            MailServer(host="mail.example", port=2465, user="a@b", password="p/w", security="tls"),
            id="with account",
        ),
    ],
)
def test_a_mail_address_is_taken_apart(text: str, expected: MailServer) -> None:
    assert mail_server(text) == expected


def test_cookies_are_confined_to_https_where_the_site_is_reached_by_it() -> None:
    base = {"TRAINER_SECRET_KEY": SECRET}

    assert from_environment(base | {"TRAINER_BASE_URL": "https://trainer.example"}).secure
    assert not from_environment(base).secure


def test_secrets_stand_in_no_log() -> None:
    settings = from_environment(
        {
            "TRAINER_SECRET_KEY": SECRET,
            "TRAINER_DATABASE_URL": "postgresql://trainer:hunter2@db/trainer",
            "TRAINER_MAIL_URL": "smtp://post:hunter2@mail.example",
        }
    )

    assert SECRET not in repr(settings)
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("name", ["TRAINER_SECRET_KEY", "TRAINER_DATABASE_URL", "TRAINER_MAIL_URL"])
def test_a_wrong_secret_is_not_repeated(name: str) -> None:
    with pytest.raises(BadSettings) as refused:
        from_environment({name: "hunter2"})

    assert any(problem.startswith(name) for problem in refused.value.problems)
    assert "hunter2" not in str(refused.value)
