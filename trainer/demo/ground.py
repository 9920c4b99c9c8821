"""The ground on which an invented world stands: curricula, organisations, missions, mandates and requirement rules.

Each function stores what is not there yet, so that it may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from config import ROOT
from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, OrganisationKind
from trainer.catalogue import operations as catalogue_operations
from trainer.catalogue.values import Pack
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import FrameworkSpec
from trainer.demo.facts import BadFacts, InstrumentFact, MissionFact, OrganisationFact
from trainer.demo.partners import PartnerFact
from trainer.demo.people import Places
from trainer.interop import frameworks, packs
from trainer.kernel.values import Problem, mark
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates.rules import same_text
from trainer.mandates.values import InstrumentDraft, RequirementRule

CURRICULA = ROOT / "curricula"
RULES_NOTE = mark("A starting point for the demonstration, to be argued about.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curricula:
    """A framework and the packs that refer to it, read and without a problem."""

    framework: FrameworkSpec
    packs: tuple[Pack, ...]


def read_curricula(root: Path = CURRICULA) -> Curricula:
    """Read the curricula of the product; raises BadFacts with every mistake in them."""
    framework, problems = frameworks.read_framework(root / "frameworks" / "peace-operations.toml")
    found, others = packs.read_packs(root)
    everything: tuple[Problem, ...] = (*problems, *others)
    if framework is None or everything:
        raise BadFacts(everything)
    return Curricula(framework=framework, packs=found)


def store_framework(work: Work, curricula: Curricula) -> None:
    """Adopt the framework."""
    competency_operations.adopt_framework(work, framework=curricula.framework)


def store_organisations(
    work: Work, *, organisations: Iterable[OrganisationFact], partners: Iterable[PartnerFact]
) -> None:
    """Store who leads, who contributes and who trains."""
    known = {each.key for each in account_queries.organisations(work.session)}
    for each in organisations:
        if each.key not in known:
            account_operations.add_organisation(
                work, key=each.key, name=each.name, kind=each.kind, language=each.languages[0], invented=each.invented
            )
    for partner in partners:
        if partner.key not in known:
            account_operations.add_organisation(
                work,
                key=partner.key,
                name=partner.name,
                kind=OrganisationKind.TRAINING_CENTRE,
                language=partner.languages[0],
                invented=True,
            )


def store_missions(work: Work, *, missions: Iterable[MissionFact]) -> None:
    """Store missions with their units; the organisations are there already."""
    known = {each.key: each.id for each in account_queries.missions(work.session)}
    organisations = {each.key: each.id for each in account_queries.organisations(work.session)}
    for fact in missions:
        mission = known.get(fact.key) or account_operations.add_mission(
            work,
            key=fact.key,
            name=fact.name,
            full_name=fact.full_name,
            place=fact.place,
            lead=fact.lead,
            status=fact.status,
            region=fact.region,
            time_zone=fact.time_zone,
            strength=fact.strength,
            certainty=fact.certainty,
            contributors=fact.contributors,
        )
        units = {each.key for each in account_queries.units_of(work.session, mission=mission)}
        for unit in fact.units:
            if unit.key not in units:
                account_operations.add_unit(
                    work,
                    mission=mission,
                    organisation=organisations[unit.organisation],
                    key=unit.key,
                    name=unit.name,
                    role=unit.role,
                    place=unit.place,
                )


def places_of(session: Session) -> Places:
    """Where people can be put, as stored."""
    missions = account_queries.missions(session)
    return Places(
        organisations={each.key: each.id for each in account_queries.organisations(session)},
        missions={each.key: each.id for each in missions},
        units={
            (mission.key, unit.key): unit.id
            for mission in missions
            for unit in account_queries.units_of(session, mission=mission.id)
        },
    )


def draft_of(fact: InstrumentFact, *, mission: MissionId) -> InstrumentDraft:
    """Return an instrument as it is published or kept as a draft."""
    return InstrumentDraft(
        mission=mission,
        symbol=fact.symbol,
        title=fact.title,
        adopted_on=fact.adopted_on,
        effective_on=fact.effective_on,
        expires_on=fact.expires_on,
        expiry_known=fact.expiry_known,
        complete_adjustment=fact.complete_adjustment,
        tasks=fact.tasks,
        certainty=fact.certainty,
        note=fact.note,
        milestones=fact.milestones,
    )


def store_mandates(work: Work, *, instruments: Iterable[InstrumentFact]) -> None:
    """Publish what is published and keep the drafts."""
    missions = {each.key: each.id for each in account_queries.missions(work.session)}
    facts = list(instruments)
    mandate_operations.load_instruments(
        work, instruments=[draft_of(each, mission=missions[each.mission]) for each in facts if not each.draft]
    )
    waiting = mandate_queries.drafts(work.session)
    for fact in facts:
        mission = missions[fact.mission]
        there = [each.symbol for each in waiting if each.mission == mission]
        published = [each.symbol for each in mandate_queries.mandate_history(work.session, mission=mission)]
        if fact.draft and not any(same_text(fact.symbol, each) for each in (*there, *published)):
            mandate_operations.save_draft(work, draft=draft_of(fact, mission=mission))


def store_rules(work: Work, *, rules: Sequence[RequirementRule]) -> None:
    """Publish the requirement rules, unless any are published."""
    if not mandate_queries.rule_set(work.session).number:
        mandate_operations.publish_rules(work, rules=rules, note=RULES_NOTE)


def install_pack(work: Work, pack: Pack) -> None:
    """Install one pack; the same one again changes nothing."""
    catalogue_operations.install_pack(work, pack=pack)
