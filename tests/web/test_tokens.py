"""Contrast of every pair of colours that meet, by arithmetic on the tokens; an axe run sees neither Arabic nor hover."""

import re
from collections.abc import Mapping

import pytest

from trainer.web.assets import STATIC

TEXT = 4.5
SHAPE = 3.0

TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "muted", "link") for ground in ("ground", "card", "raised")],
    *[(tone, f"{tone}-ground") for tone in ("good", "warn", "bad", "info")],
    *[("ink", f"{tone}-ground") for tone in ("good", "warn", "bad", "info")],
    *[("link", f"{tone}-ground") for tone in ("good", "warn", "bad", "info")],
    *[(tone, ground) for tone in ("good", "warn", "bad", "info") for ground in ("ground", "card")],
    ("on-head", "head"),
    ("on-action", "action"),
    ("on-action", "action-over"),
    ("on-danger", "danger"),
    ("on-focus", "focus"),
]
SHAPE_PAIRS = [
    *[
        (state, ground)
        for state in ("current", "due-soon", "waived", "unknown", "lapsed", "never")
        for ground in ("card", "ground")
    ],
    *[(line, "ground") for line in ("line-1", "line-2", "line-3", "edge")],
    ("edge", "card"),
    ("focus", "head"),
    ("on-focus", "focus"),
]


def _tokens() -> dict[str, dict[str, str]]:
    text = (STATIC / "css/tokens.css").read_text(encoding="utf-8")
    light, _, dark = text.partition("@media")
    colours = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{3,6});")
    return {"light": dict(colours.findall(light)), "dark": dict(colours.findall(light)) | dict(colours.findall(dark))}


TOKENS = _tokens()


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2 between two colours."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_known_contrast() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("tokens", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(tokens: Mapping[str, str], ink: str, ground: str) -> None:
    assert contrast(tokens[ink], tokens[ground]) >= TEXT


@pytest.mark.parametrize("tokens", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_shapes_stand_out_from_their_ground(tokens: Mapping[str, str], shape: str, ground: str) -> None:
    assert contrast(tokens[shape], tokens[ground]) >= SHAPE


@pytest.mark.parametrize("tokens", TOKENS.values(), ids=TOKENS)
def test_neighbouring_states_differ_in_lightness_or_have_a_pattern_between(tokens: Mapping[str, str]) -> None:
    """For eyes without a sense of colour; current and never, both solid, differ by their shape."""
    assert contrast(tokens["lapsed"], tokens["never"]) >= 1.5
    assert contrast(tokens["current"], tokens["due-soon"]) >= 1.5
