"""The text in a file, and why there is none."""

import pytest

from trainer.interop.suggestions import extraction
from trainer.interop.suggestions.extraction import UnreadableFile, text_of


def pdf(*lines: str) -> bytes:
    """A small PDF of one page with these lines."""
    shown = "".join(f"BT /F1 12 Tf 40 {700 - 20 * nth} Td ({line}) Tj ET\n" for nth, line in enumerate(lines))
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}endstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\n"
    return f"{body}{end}startxref\n{len(body)}\n%%EOF\n".encode()


def test_the_text_of_a_pdf_is_read_line_by_line() -> None:
    assert text_of(pdf("1. Decides to extend the mandate;", "2. Requests more;")).splitlines() == [
        "1. Decides to extend the mandate;",
        "2. Requests more;",
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"1. Decides;", "1. Decides;"),
        ("1. Décide ;".encode("utf-8-sig"), "1. Décide ;"),
        ("1. Décide ;".encode("cp1252"), "1. Décide ;"),
        ("1. Décide ;".encode("utf-16"), "1. Décide ;"),
        (b"<html><head><title>no</title><script>1. no</script></head><p>1. Yes &amp; yes;</p></html>", "1. Yes & yes;"),
        (
            b"<html><ol><li>One:<ol><li>A</li><li>(b) B</li></ol></li><li>Two</li></ol></html>",
            "1. One:\n\n(a) A\n\n(b) B\n\n2. Two",
        ),
        (b"<html><ol start=7><li>Seven</li></ol><ul><li>dot</li></ul></html>", "7. Seven\n\ndot"),
    ],
    ids=[
        "text",
        "with a mark of order",
        "old Windows",
        "wide",
        "a page without its scripts",
        "lists",
        "a list that starts later",
    ],
)
def test_the_text_of_a_file_is_read(content: bytes, found: str) -> None:
    assert text_of(content, name="text.txt") == found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04word", "of a word processor"),
        (b"   \n", "no text in this file"),
        (b"a\x00b", "not text"),
        (b"%PDF-1.4\nbroken", "damaged"),
        (pdf(), "no text in this file"),
        (b"x" * (extraction.LARGEST_FILE + 1), "too large"),
        (b"x" * (extraction.MOST_LETTERS + 1), "too long"),
    ],
    ids=["word processor", "empty", "signs", "damaged", "a scan", "large file", "long text"],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        text_of(content)

    assert said in str(refusal.value)
    assert refusal.value.field == "file"
