"""How a mission ends, and what a transfer to another would mean: read on a day, written nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, MissionStatus, NewPosting, UnitId
from trainer.closing import rules
from trainer.closing.values import ClosingPage, Moves, Places, TransferLine, TransferPage, UnitLeaving
from trainer.competencies import queries as competency_queries
from trainer.kernel.values import PersonId
from trainer.mandates import queries as mandate_queries
from trainer.mandates import rules as mandate_rules
from trainer.tracks import queries as track_queries


def closing_page(session: Session, *, mission: MissionId, on: date) -> ClosingPage:
    """Return how a mission ends; raises NoSuchMission. At most nine queries."""
    page = mandate_queries.mission_page(session, mission=mission, on=on)
    closing = page.mission.closing
    # a task that will only be wound up is listed once, as it is
    tasks = (*page.tasks, *(each for each in page.announced if not each.winding_up))
    ending = rules.ending_of(tasks, closing)
    ended = {id(each.task) for each in ending}
    profiles = account_queries.profiles_in(session, missions=(mission,), on=on)
    names = account_queries.unit_names(session, units={each.unit for each in profiles if each.unit is not None})
    postings = account_queries.postings_of(session, people=[each.id for each in profiles], on=on)
    people: Counter[UnitId | None] = Counter(each.unit for each in profiles)
    by_then: Counter[UnitId | None] = Counter()
    onwards: Counter[UnitId | None] = Counter()
    for each in profiles:
        last = closing.closes_on
        by_then[each.unit] += last is not None and each.rotates_on is not None and each.rotates_on <= last
        onwards[each.unit] += any(one.mission != mission for one in postings[each.id])
    return ClosingPage(
        mission=page.mission,
        on=on,
        ending=ending,
        residual=tuple(each for each in page.tasks if id(each) not in ended),
        units=tuple(
            UnitLeaving(
                unit=unit,
                name="" if unit is None else names[unit],
                people=people[unit],
                by_then=by_then[unit],
                onwards=onwards[unit],
            )
            for unit in sorted(people, key=lambda each: "" if each is None else names[each])
        ),
        people=len(profiles),
    )


def places(session: Session, *, mission: MissionId, on: date) -> Places:
    """Return where people of a mission are and could go; raises NoSuchMission."""
    cards = account_queries.missions(session)
    targets = tuple(each for each in cards if each.id != mission and each.status is not MissionStatus.CLOSED)
    units = account_queries.units_in(session, missions=[mission, *(each.id for each in targets)])
    return Places(
        mission=account_queries.mission(session, mission=mission),
        units=units.get(mission, ()),
        people=Counter(each.unit for each in account_queries.profiles_in(session, missions=(mission,), on=on)),
        targets=targets,
        units_there={each.id: units.get(each.id, ()) for each in targets},
    )


def people_in(
    session: Session, *, mission: MissionId, unit: UnitId | None, everybody: bool, on: date
) -> tuple[PersonId, ...]:
    """Return the people of a unit of a mission (None: outside units), or everybody there, by id."""
    profiles = account_queries.profiles_in(session, missions=(mission,), on=on)
    return tuple(each.id for each in profiles if everybody or each.unit == unit)


def transfer_page(session: Session, *, mission: MissionId, moves: Moves, on: date) -> TransferPage:
    """Return who needs what where they would go, with what still counts on their first day there; nothing is written.

    All go to one mission. What is asked of part of a unit falls to those of it, with who comes, who hold it or stay longest.
    """
    to = next(iter(moves.values())).mission
    _, refused = account_queries.foresee_moves(session, moves=moves)
    known = [person for person in moves if not isinstance(refused.get(person), account_queries.NoSuchPerson)]
    cards = account_queries.people_cards(session, people=known)
    profiles = account_queries.profiles_of(session, people=known, on=on)
    demands = mandate_queries.coming_demands_of(session, missions=(to,), on=on)
    there = [rules.posted(profiles[person], moves[person]) for person in known]
    first_on = max(on, min(each.starts_on for each in moves.values()))
    going = [each for each in there if each.id not in refused]
    groups = mandate_rules.partly_asked(going, demands=demands)
    hosts = account_queries.profiles_in(session, missions=(to,), on=first_on) if groups else ()
    members = [*going, *(each for each in hosts if each.id not in moves)]
    evidence = competency_queries.evidence_of(session, people={*known, *(each.id for each in members)})
    fallen = mandate_rules.fallen_on(members, groups=groups, demands=demands, evidence=evidence, on=first_on)
    required = mandate_rules.shared_out(there, demands=demands, fallen=fallen, on=on)
    still_open = Counter(each.person for each in track_queries.open_assignments(session, people=known))
    lines = []
    for starts_on, people in _by_first_day(moves, known).items():
        waivers = competency_queries.waivers_of(session, people=people, on=max(on, starts_on))
        for person in people:
            counts, needs = rules.weighed(
                required.get(person, ()), evidence.get(person, ()), waivers.get(person, ()), on=max(on, starts_on)
            )
            refusal = refused.get(person)
            lines.append(
                TransferLine(
                    person=cards[person],
                    role=profiles[person].role,
                    to=moves[person],
                    counts=counts,
                    needs=needs,
                    open_now=still_open[person],
                    refused=None if refusal is None else refusal.message,
                )
            )
    missions = {each.id: each for each in account_queries.missions(session)}
    return TransferPage(
        mission=account_queries.mission(session, mission=mission),
        to=missions[to],
        lines=tuple(
            sorted(lines, key=lambda line: (line.refused is None, -len(line.needs), line.person.name, line.person.id))
        ),
        parts=rules.parts_of(
            members,
            coming={each.id for each in going},
            groups=groups,
            demands=demands,
            evidence=evidence,
            waivers=competency_queries.waivers_of(session, people=[each.id for each in members], on=first_on),
            on=first_on,
        ),
        titles={key: each.title for key, each in competency_queries.competencies(session).items()},
    )


def _by_first_day(moves: Mapping[PersonId, NewPosting], people: Collection[PersonId]) -> Mapping[date, list[PersonId]]:
    found: dict[date, list[PersonId]] = {}
    for person in people:
        found.setdefault(moves[person].starts_on, []).append(person)
    return found
