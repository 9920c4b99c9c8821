"""What a spreadsheet is given."""

import pytest

from trainer.web.exports import csv_file, safe


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Amina Diallo", "Amina Diallo"),
        ("=1+1", "'=1+1"),
        ("+44", "'+44"),
        ("-2", "'-2"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("\n=x", "'\n=x"),
        ("＝1+1", "'＝1+1"),
        (None, ""),
        ("", ""),
    ],
)
def test_no_text_is_run_as_a_formula(value, cell):
    assert safe(value) == cell


def test_a_file_is_made_row_by_row_with_accents_and_commas(app):
    taken = []

    def rows():
        for nth in range(2):
            taken.append(nth)
            yield nth, "Côte d’Ivoire, Abidjan"

    with app.test_request_context():
        response = csv_file("places", ("Number", "Place"), rows())
        assert taken == []
        body = response.get_data(as_text=True)

    assert body == '\ufeffNumber,Place\r\n0,"Côte d’Ivoire, Abidjan"\r\n1,"Côte d’Ivoire, Abidjan"\r\n'
    assert response.headers["Content-Disposition"] == 'attachment; filename="places.csv"'
