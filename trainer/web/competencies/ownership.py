"""Who owns the need in each mandate area, and who matches modules and courses to it: seen and named by administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms.validators import Length

from trainer.accounts import queries as account_queries
from trainer.accounts.values import Permission, PersonCard
from trainer.competencies import operations, queries
from trainer.competencies.values import Area, Owners
from trainer.edge import reading, transaction
from trainer.kernel.values import PersonId
from trainer.web import words
from trainer.web.access import must_everywhere, requires
from trainer.web.forms import PageForm, TextField

View = str | Response | tuple[str, int]


class OwnersForm(PageForm):
    """The two owners of an area, by their addresses; an empty one leaves the place vacant."""

    authority = TextField(
        lazy_gettext("Requirements authority"),
        description=lazy_gettext(
            "Owns the need, and is asked about every draft that touches the area. E-mail address."
        ),
        validators=[Length(max=254)],
        render_kw={"optional": True, "width": "medium"},
    )
    head = TextField(
        lazy_gettext("Department head"),
        description=lazy_gettext("Matches modules and courses to the need. E-mail address."),
        validators=[Length(max=254)],
        render_kw={"optional": True, "width": "medium"},
    )

    def to_owners(self) -> Owners | None:
        """The people with these addresses; None, with a message at the field, when there is nobody."""
        fields = {"requirements_authority": self.authority, "department_head": self.head}
        given = {name: str(field.data or "").lower() for name, field in fields.items()}
        known = account_queries.people_by_email(reading(), emails=[each for each in given.values() if each])
        for name, address in given.items():
            if address and address not in known:
                fields[name].errors = [gettext("Nobody here has this address: %(addresses)s.", addresses=address)]
        if any(field.errors for field in fields.values()):
            return None
        found: dict[str, PersonId | None] = {name: known.get(address) for name, address in given.items()}
        return Owners(**found)


@requires(Permission.ADMINISTER)
def owners() -> View:
    """Every area with its owners; vacant places first to be seen."""
    must_everywhere(Permission.ADMINISTER)
    found = queries.area_owners(reading())
    return render_template(
        "competencies/owners.html",
        owners=list(found.items()),
        names=_cards(found.values()),
        # no draft touches the conduct baseline: it is asked whatever the tasks
        vacant=sum(each.requirements_authority is None for area, each in found.items() if area is not Area.CND),
    )


@requires(Permission.ADMINISTER)
def name_owners(area: str) -> View:
    """Say who owns one area."""
    must_everywhere(Permission.ADMINISTER)
    if area not in set(Area):
        abort(404)
    found = queries.area_owners(reading())[Area(area)]
    cards = _cards([found])

    def address(person: PersonId | None) -> str:
        return "" if person is None else cards[person].email

    form = OwnersForm(data={"authority": address(found.requirements_authority), "head": address(found.department_head)})
    if form.is_submitted() and form.validate():
        named = form.to_owners()
        if named is not None:
            with transaction() as work:
                if named != found:
                    operations.name_area_owners(work, area=Area(area), owners=named)
            flash(gettext("The owners of %(area)s are named.", area=words.name(Area(area))), "success")
            return redirect(url_for("competencies.owners"), code=303)
    drawn = render_template("competencies/name_owners.html", form=form, area=Area(area))
    return (drawn, 422) if form.problems else drawn


def _cards(owners: Iterable[Owners]) -> Mapping[PersonId, PersonCard]:
    people = {person for each in owners for person in (each.requirements_authority, each.department_head) if person}
    return account_queries.people_cards(reading(), people=people)
