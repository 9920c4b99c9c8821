"""What the field holds in these tests: two competencies to claim, one retired, and a module."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from trainer.catalogue.models import ModuleVersion, PackVersion, Teaches
from trainer.competencies.models import CompetencyRow, Framework
from trainer.competencies.values import Area

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def field(session: Session) -> Session:
    """The session, on a database that knows `poc` and `cpr`, and the retired `old`; and the module that teaches `poc`."""
    framework = Framework(key="field", version="1", title={"en": "Field"}, digest="0" * 64, adopted_at=NOW)
    pack = PackVersion(
        key="core",
        version="1.0.0",
        edition="2026",
        title={"en": "Core"},
        licence="CC-BY-4.0",
        authors=["Nobody"],
        framework="field",
        needs=[],
        supersedes=None,
        digest="0" * 64,
        installed_at=NOW,
    )
    session.add_all([framework, pack])
    session.flush()
    for key, area, title in (
        ("poc", Area.POC, "Protecting civilians"),
        ("cpr", Area.CPR, "Protecting children"),
        ("old", Area.SEC, "Drill"),
    ):
        session.add(
            CompetencyRow(
                framework_id=framework.id,
                key=key,
                area=area,
                title={"en": title},
                statement={"en": f"{title} well."},
                valid_months=24,
                decay="mixed",
                retired_on=date(2026, 1, 1) if key == "old" else None,
            )
        )
    module = ModuleVersion(
        pack_version_id=pack.id,
        key="protection-of-civilians",
        title={"en": "Protection of civilians"},
        summary={"en": "What to do."},
        effort_minutes=90,
        languages=["en"],
        lessons={"en": "# Lesson"},
        questions={"en": []},
        sources=[],
        pass_percent=80,
    )
    session.add(module)
    session.flush()
    session.add(Teaches(module_version_id=module.id, competency_key="poc", level=2))
    session.flush()
    return session
