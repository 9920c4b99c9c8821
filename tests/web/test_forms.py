"""Forms that know their components, and where refusals go."""

import pytest
from flask import Flask
from wtforms.validators import InputRequired

from trainer.kernel.values import wording
from trainer.web.forms import NEEDED, CheckboxesField, PageForm, RadiosField, SelectField, TextField

pytestmark = pytest.mark.usefixtures("speaking")


class InstrumentForm(PageForm):
    """A small form with a field of each kind of choice."""

    symbol = TextField("Symbol", description="As printed", validators=[InputRequired()], render_kw={"width": "short"})
    mission = SelectField("Mission", choices={"Africa": [("minusca", "MINUSCA")], "Asia": [("unifil", "UNIFIL")]})
    force = RadiosField("Force", choices=[("r", "requested", {"hint": "must"}), ("e", "encouraged")], default="e")
    areas = CheckboxesField("Areas", choices=[("1", "one"), ("2", "two")], default=["2"])


def test_a_refusal_stands_at_its_field() -> None:
    form = InstrumentForm()

    form.refuse("symbol", "This symbol is taken. Open the instrument instead.")

    assert form.problems == [{"message": "This symbol is taken. Open the instrument instead.", "target": "symbol"}]
    assert "This symbol is taken." in form.symbol()


def test_a_refusal_of_the_domain_is_worded() -> None:
    form = InstrumentForm()

    form.refuse("symbol", wording("{symbol} is taken. Open it instead.", symbol="S/RES/2790 (2025)"))

    assert form.problems[0]["message"] == '<bdi dir="ltr">S/RES/2790 (2025)</bdi> is taken. Open it instead.'
    assert '</span> <bdi dir="ltr">S/RES/2790 (2025)</bdi> is taken.' in form.symbol()


def test_what_is_said_of_every_empty_field_names_the_field_in_the_summary() -> None:
    form = InstrumentForm()

    form.refuse("symbol", str(NEEDED))

    assert form.problems == [{"message": "Symbol – Enter this: it is needed.", "target": "symbol"}]
    assert "Symbol –" not in form.symbol()


@pytest.mark.parametrize("field", [None, "not_here"])
def test_a_refusal_without_a_field_of_the_form_stands_over_it(field: str | None) -> None:
    form = InstrumentForm()

    form.refuse(field, "Somebody was faster.")

    assert form.problems == [{"message": "Somebody was faster.", "target": ""}]


def test_a_refusal_of_a_set_leads_to_its_first_choice() -> None:
    form = InstrumentForm()

    form.refuse("force", "Choose one.")

    assert form.problems[0]["target"] == "force-0"


def test_a_field_draws_its_component_with_hint_and_extras() -> None:
    drawn = InstrumentForm().symbol()

    assert '<label class="c-field__label" for="symbol">' in drawn
    assert 'aria-describedby="symbol-hint"' in drawn
    assert "c-field__control--short" in drawn
    assert "(optional)" not in drawn


def test_choices_show_what_is_chosen_and_their_hints() -> None:
    form = InstrumentForm(mission="unifil")

    assert '<optgroup label="Asia"><option value="unifil" selected>' in form.mission()
    assert 'value="e" checked' in form.force()
    assert 'id="force-0-hint">must</p>' in form.force()
    assert 'value="2" checked' in form.areas()
    assert 'value="1" checked' not in form.areas()


def test_what_was_typed_is_escaped(bare_site: Flask) -> None:
    with bare_site.test_request_context("/", method="POST", data={"symbol": '"><script>'}):
        assert "<script>" not in InstrumentForm().symbol()
