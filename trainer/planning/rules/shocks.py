"""What a plan rests on once capacity is lost: the same for losses that were declared and for those that are supposed.

Whoever leaves early keeps what they can finish before they go, and is given nothing new. A partner that closes offers nothing
from that day on, and what it has given ends like a cancelled session. Seats that are lost are taken from the free ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from trainer.accounts.values import PersonProfile
from trainer.kernel.values import PersonId
from trainer.partners.values import SessionCard, SessionId, SessionOffer, SessionState
from trainer.planning.values import Sources
from trainer.shocks import rules
from trainer.shocks.values import Leaving, PartnerCloses, SeatsLost, Struck


def after(sources: Sources, struck: Struck) -> Sources:
    """Return the sources as they are once all this is lost; the very same when nothing of it concerns them."""
    leaving = {
        each.id: struck.leaving[each.id]
        for each in sources.people
        if each.id in struck.leaving and rules.still_holds(struck.leaving[each.id], each)
    }
    if not leaving and not struck.losses:
        return sources
    closures = [each for each in struck.losses if isinstance(each, PartnerCloses)]
    lost = [each for each in struck.losses if isinstance(each, SeatsLost)]
    offers = tuple(each for each in sources.offers if not _is_closed(each, closures))
    return replace(
        sources,
        people=tuple(_leaving(each, leaving.get(each.id)) for each in sources.people),
        leaving={**sources.leaving, **leaving},
        leave_on=_leave_on(sources.leave_on, leaving),
        offers=offers,
        seats={key: _cancelled(each, closures) for key, each in sources.seats.items()},
        free_seats=_free_seats(sources.free_seats, offers, lost),
    )


def _leaving(profile: PersonProfile, leaving: Leaving | None) -> PersonProfile:
    return profile if leaving is None else replace(profile, rotates_on=leaving.on)


def _leave_on(known: Mapping[PersonId, date], leaving: Mapping[PersonId, Leaving]) -> Mapping[PersonId, date]:
    return {**known, **{person: min(each.on, known.get(person, each.on)) for person, each in leaving.items()}}


def _is_closed(offer: SessionOffer, closures: list[PartnerCloses]) -> bool:
    return any(rules.is_closed(each, partner=offer.partner, ends_on=offer.ends_on) for each in closures)


def _cancelled(card: SessionCard, closures: list[PartnerCloses]) -> SessionCard:
    closed = any(rules.is_closed(each, partner=card.partner, ends_on=card.ends_on) for each in closures)
    return replace(card, state=SessionState.CANCELLED) if closed and card.state is SessionState.OPEN else card


def _free_seats(
    free: Mapping[SessionId, int], offers: tuple[SessionOffer, ...], lost: list[SeatsLost]
) -> Mapping[SessionId, int]:
    if not lost:
        return free
    taken = {
        offer.id: sum(
            rules.seats_lost(
                each,
                seats=offer.seats,
                region=offer.region,
                awards={award.competency for award in offer.awards},
                starts_on=offer.starts_on,
            )
            for each in lost
        )
        for offer in offers
    }
    return {session: max(0, seats - taken.get(session, 0)) for session, seats in free.items()}
