"""Markdown into HTML that is safe to show."""

import pytest

from trainer.web.prose import markdown, title_of


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[go](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "![tracker](https://example.org/pixel.png)",
        '<a href="/" style="position:fixed">x</a>',
        "<iframe src='/'></iframe>",
    ],
)
def test_nothing_active_comes_through(text: str) -> None:
    html = markdown(text)

    for danger in ("<script", 'href="javascript', "<img", "<iframe", "<a href"):
        assert danger not in html


def test_ordinary_markdown_comes_through() -> None:
    html = markdown("# One\n\n## Two\n\n*do* **not**\n\n1. a\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[help](/help/)")

    for part in (
        "<h2>One</h2>",
        "<h2>Two</h2>",
        "<em>do</em>",
        "<strong>not</strong>",
        "<ol>",
        "<td>1</td>",
        'href="/help/"',
    ):
        assert part in html


def test_a_title_is_the_first_heading() -> None:
    assert title_of("# Readiness\n\nText") == ("Readiness", "\nText")
    assert title_of("Text only") == ("", "Text only")
