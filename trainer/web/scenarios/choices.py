"""What can be chosen in a scenario or a loss, and the names of what was chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask_babel import gettext

from trainer.accounts import queries as account_queries
from trainer.accounts import rules as account_rules
from trainer.accounts.values import Account, MissionCard, MissionId, MissionStatus, OrganisationId, Permission, UnitId
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import LEVEL_NAMES, Competency, CompetencyKey, Level
from trainer.edge import reading
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import DraftId
from trainer.partners import queries as partner_queries
from trainer.partners.values import REGION_NAMES, TEACHING_LANGUAGES, PartnerCard, PartnerId
from trainer.web.words import local, name

WRITERS = (Permission.DRAFT_INSTRUMENT, Permission.APPROVE_PLAN)
"""Whoever may do either supposes things, and declares losses."""

Choice = tuple[str, str]


def reach_of_writer(known: Account) -> frozenset[MissionId] | None:
    """The missions about which somebody may suppose things; None for all."""
    found: set[MissionId] = set()
    for permission in WRITERS:
        reach = account_rules.reach_of(known, permission)
        if reach is None:
            return None
        found |= reach
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Everything on file that a what-if can name."""

    missions: tuple[MissionCard, ...]
    """Within reach, not closed."""
    all_missions: Mapping[MissionId, str]
    units: Mapping[UnitId, tuple[MissionId, str]]
    """Mission and name of every unit."""
    contingents: Mapping[str, list[Choice]]
    """Under the name of each mission: its units, and those who contribute to it."""
    organisations: Mapping[OrganisationId, str]
    partners: tuple[PartnerCard, ...]
    competencies: Mapping[CompetencyKey, Competency]
    drafts: Mapping[DraftId, tuple[MissionId, str]]
    """Mission and symbol of every open draft."""
    own_drafts: frozenset[DraftId]
    """Those that the reader may draft for."""

    def mission_choices(self) -> list[Choice]:
        """Missions by their names."""
        return [(str(each.id), each.name) for each in self.missions]

    def draft_choices(self, also: Collection[DraftId] = ()) -> list[Choice]:
        """Drafts of the reader, and those that a scenario names already."""
        return [
            (
                str(key),
                gettext(
                    "%(symbol)s for %(mission)s",
                    symbol=symbol or gettext("a text without symbol"),
                    mission=self.mission(of),
                ),
            )
            for key, (of, symbol) in self.drafts.items()
            if key in self.own_drafts or key in also
        ]

    def partner_choices(self) -> list[Choice]:
        """Partners by name."""
        return [(str(each.id), each.name) for each in self.partners]

    def competency_choices(self) -> dict[str, list[Choice]]:
        """Competencies in use under the names of their areas."""
        found: dict[str, list[Choice]] = {}
        for key, each in self.competencies.items():
            if each.retired_on is None:
                found.setdefault(name(each.area), []).append((key, local(each.title)))
        return found

    def mission(self, mission: MissionId) -> str:
        """The name of a mission."""
        return self.all_missions.get(mission, "?")

    def partner(self, partner: PartnerId) -> str:
        """The name of a partner."""
        return next((each.name for each in self.partners if each.id == partner), "?")

    def competency(self, key: CompetencyKey) -> str:
        """The title of a competency."""
        return local(self.competencies[key].title) if key in self.competencies else key


def region_choices() -> list[Choice]:
    """Travel regions by name."""
    return sorted(((key, gettext(text)) for key, text in REGION_NAMES.items()), key=lambda pair: pair[1])


def language_choices() -> list[Choice]:
    """Teaching languages, each under its own name."""
    return list(TEACHING_LANGUAGES.items())


def level_choices() -> list[Choice]:
    """Levels, number and word."""
    return [(str(int(each)), f"{int(each)} {gettext(LEVEL_NAMES[each])}") for each in Level if each]


def choices(known: Account) -> Choices:
    """Read what the person may choose from. Seven queries."""
    session = reading()
    reach = reach_of_writer(known)
    cards = account_queries.missions(session)
    own = tuple(
        each for each in cards if each.status is not MissionStatus.CLOSED and (reach is None or each.id in reach)
    )
    organisations = {each.id: each.name for each in account_queries.organisations(session)}
    units = account_queries.units_in(session, missions=[each.id for each in cards])
    drafting = account_rules.reach_of(known, Permission.DRAFT_INSTRUMENT)
    drafts = {each.id: (each.mission, each.symbol) for each in mandate_queries.drafts(session)}
    return Choices(
        missions=own,
        all_missions={each.id: each.name for each in cards},
        units={unit.id: (unit.mission, unit.name) for of_mission in units.values() for unit in of_mission},
        contingents={
            card.name: [
                *((f"unit-{unit.id}", unit.name) for unit in units.get(card.id, ())),
                *(
                    (
                        f"from-{card.id}-{organisation}",
                        gettext("everybody from %(name)s", name=organisations[organisation]),
                    )
                    for organisation in sorted({unit.organisation for unit in units.get(card.id, ())})
                ),
            ]
            for card in own
            if units.get(card.id)
        },
        organisations=organisations,
        partners=partner_queries.partners(session),
        competencies=competency_queries.competencies(session),
        drafts=drafts,
        own_drafts=frozenset(
            draft for draft, (mission, _) in drafts.items() if drafting is None or mission in drafting
        ),
    )
