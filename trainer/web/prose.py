"""Markdown as people write it, into HTML that is safe to show.

For lessons, help and notes. What it lets through is a list of tags, not a list of dangers; pictures, styles
and scripts are not on it.
"""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    *("a", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4", "hr", "li", "ol"),
    *("p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable(["table", "strikethrough"])


def markdown(text: str) -> Markup:
    """The text as HTML; its headings start at the second rank, since the page has the first."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(4, max(2, int(token.tag[1])))}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    return Markup(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener"))  # noqa: S704 - cleaned


def title_of(text: str) -> tuple[str, str]:
    """The first heading of a text and what follows it; the heading is "" where the text starts otherwise."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("# "):
        return "", text
    return first.removeprefix("# ").strip(), rest
