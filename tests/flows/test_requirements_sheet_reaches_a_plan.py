"""What tasks ask is changed in a sheet: looked at first, published as one version, and answered by a plan that says why."""

import csv
import io

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.flows.conftest import World
from tests.support.site import Page, Site
from trainer.kernel.ledger import LedgerEntry
from trainer.mandates import queries
from trainer.planning.models import PlanRow


def sheet(site: Site, path: str = "/requirements/requirements.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site.client.get(path).get_data(as_text=True).removeprefix("\ufeff"))))


def sent(site: Site, rows: list[dict[str, str]]) -> Page:
    """The sheet as a spreadsheet saves it: with semicolons."""
    held = io.StringIO()
    writer = csv.DictWriter(held, fieldnames=list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return site.post("/requirements/sheet", {"file": (io.BytesIO(held.getvalue().encode("utf-8-sig")), "rules.csv")})


def test_rules_changed_in_a_sheet_bring_a_plan_and_are_read_as_they_were(
    as_person, world: World, session: Session
) -> None:
    # given an officer with the rules as a sheet, who asks civilians for human rights at once and says so twice
    officer = as_person("officer")
    rows = sheet(officer)
    assert sent(officer, rows).text.count("there is nothing to publish") == 1
    new = dict.fromkeys(rows[0], "") | {
        "task": "baseline",
        "roles": "infantry, civilian",
        "competency": "human-rights-monitoring",
        "level": "1",
        "weight": "90",
        "version": rows[0]["version"],
    }

    # when the difference is looked at, then published
    shown = sent(officer, [*rows, new])
    assert "added 1 changed 0 dropped 0" in shown.text
    assert "Something else is asked of" in shown.text
    assert queries.rule_set(session).number == 1
    done = officer.post("/requirements/sheet", shown.form() | {"step": "publish", "note": "Field advice."}, follow=True)
    assert "1 rules added, 0 changed, 0 dropped" in done.text

    # then a plan follows by itself, and says that the rules are why
    world.react()
    plans = session.scalars(select(PlanRow).order_by(PlanRow.id.desc())).all()
    assert plans
    manager = as_person("manager")
    assert "New plan after requirement rules, version 2" in manager.get(f"/plans/{plans[0].id}").text
    assert "Field advice." in manager.get("/requirements/versions").text

    # and the sheet taken in once more changes nothing, though it comes from the version before
    officer = as_person("officer")
    assert "there is nothing to publish" in sent(officer, [*rows, new]).text

    # and the auditor sees who did it
    entry = session.scalars(
        select(LedgerEntry).where(LedgerEntry.event == "RulesRevised").order_by(LedgerEntry.id.desc())
    ).first()
    assert entry is not None
    assert entry.actor == f"person:{world.person('officer')}"
    assert "Requirement rules revised" in as_person("auditor").get("/audit/?group=mandates").text
