"""A mission with its people, and an edition that can answer."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts
from trainer.accounts.values import MissionId, Office
from trainer.catalogue.models import ModuleVersion, PackVersion
from trainer.catalogue.values import PackVersionId
from trainer.kernel.values import PersonId

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where lessons are learned, and by whom."""

    mission: MissionId
    elsewhere: MissionId
    edition: PackVersionId
    reporter: PersonId
    colleague: PersonId
    manager: PersonId
    stranger: PersonId
    """A manager of another mission."""
    auditor: PersonId


@pytest.fixture
def field(session: Session) -> Field:
    mission, elsewhere = accounts.mission(session, name="UNMISS"), accounts.mission(session, name="UNIFIL")
    pack = PackVersion(
        key="core",
        version="1.1.0",
        edition="2027",
        title={"en": "Core"},
        licence="CC-BY-4.0",
        authors=["Nobody"],
        framework="field",
        needs=[],
        supersedes=None,
        digest="0" * 64,
        installed_at=NOW,
    )
    session.add(pack)
    session.flush()
    session.add(
        ModuleVersion(
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
    )
    session.flush()
    return Field(
        mission=mission,
        elsewhere=elsewhere,
        edition=PackVersionId(pack.id),
        reporter=accounts.posted_person(session, mission=mission, given_name="Rahel"),
        colleague=accounts.posted_person(session, mission=mission),
        manager=accounts.holder(session, Office.READINESS_MANAGER, mission=mission),
        stranger=accounts.holder(session, Office.READINESS_MANAGER, mission=elsewhere),
        auditor=accounts.holder(session, Office.AUDITOR),
    )
