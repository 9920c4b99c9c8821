"""Every address of the site: its parameters are typed, it has a permission, it belongs to the menu, and it leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from trainer.web import navigation

TEMPLATES = Path(__file__).parents[2] / "templates"
WITHOUT_ACCOUNT = {
    "accounts.sign_in",
    "accounts.sign_out",
    "assets.send",
    "help.components",
    "help.index",
    "help.topic",
    "home.health",
    "home.home",
}


ONLY_IN_A_SCENARIO = {"demo.scenario", "demo.next_date"}


def rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static")


def test_every_parameter_of_an_address_is_typed(app: Flask) -> None:
    untyped = [
        rule.rule for rule in rules(app) for parameter in re.findall("<([^>]*)>", rule.rule) if ":" not in parameter
    ]

    assert untyped == []


def test_every_address_is_in_kebab_case(app: Flask) -> None:
    fixed = {rule.rule: re.sub("<[^>]*>", "", rule.rule) for rule in rules(app)}

    assert [rule for rule, words in fixed.items() if not re.fullmatch(r"[a-z0-9/.-]*", words)] == []


def test_every_view_has_a_permission_or_says_that_anyone_may(app: Flask) -> None:
    permissions = {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], "permissions", None) for rule in rules(app)
    }
    public = {endpoint for endpoint, needed in permissions.items() if needed == ()}
    unguarded = {endpoint for endpoint, needed in permissions.items() if needed is None}

    assert unguarded == set()
    assert public == WITHOUT_ACCOUNT


def test_every_view_belongs_to_the_menu_or_to_the_head_of_the_page(app: Flask) -> None:
    lost = {
        rule.endpoint
        for rule in rules(app)
        if navigation.item_of(rule.endpoint) is None
        and rule.endpoint not in navigation.OUTSIDE_THE_MENU
        and rule.endpoint.partition(".")[0] not in navigation.OUTSIDE_THE_MENU
    }

    assert lost == set()


def test_every_name_in_the_menu_is_a_view(app: Flask) -> None:
    known = {rule.endpoint for rule in rules(app)}
    named = {item.endpoint for item in navigation.ITEMS} | {
        name for item in navigation.ITEMS for name in item.belongs if "." in name
    }

    assert named - known == set()


def test_every_view_that_a_template_links_to_exists(app: Flask) -> None:
    known = {rule.endpoint for rule in rules(app)}
    linked = {
        (path.relative_to(TEMPLATES).as_posix(), endpoint)
        for path in TEMPLATES.rglob("*.html")
        for endpoint in re.findall(r"url_for\(\s*['\"]([\w.]+)['\"]", path.read_text(encoding="utf-8"))
    }

    assert {pair for pair in linked if pair[1] not in known | ONLY_IN_A_SCENARIO} == set()
