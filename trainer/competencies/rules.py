"""What evidence is worth on a day: when it expires, what somebody holds, and what is lacking against what is asked.

Currency gates and follows policy; retention is a guess about memory and only advises. They must not be mixed.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from trainer.competencies.values import (
    DUE_SOON_DAYS,
    CompetencyKey,
    Currency,
    Evidence,
    Gap,
    Holding,
    Level,
    Requirement,
    Retention,
    Source,
    Waiver,
)
from trainer.kernel.values import PersonId

HALF_LIFE_MONTHS: Mapping[str, float] = {"accuracy": 6.5, "mixed": 11.0, "speed": 13.0}
"""Months after which half of the acquired gain is lost, by kind of skill.

Source: Tatel and Ackerman, meta-analysis of skill decay, Psychological Bulletin, doi 10.1037/bul0000481.
"""
FRESH_FROM = 0.7
FADED_BELOW = 0.4

DAYS_A_MONTH = 365.2425 / 12
_WEIGHT: Mapping[Source, int] = {source: source.weight for source in Source}
_NEVER_ENDS = date.max


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later; where that month lacks the day, its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def expires_on(*, valid_months: int, observed_on: date) -> date | None:
    """Return the first day on which evidence no longer counts by policy; None when it counts for ever.

    Months are calendar months: what was observed on 29 February counts to the day before 28 February of a common year.
    """
    return add_months(observed_on, valid_months) if valid_months else None


def counts(evidence: Evidence, *, on: date) -> bool:
    """Tell whether a piece of evidence counts on the day: observed by then and not yet expired."""
    return evidence.observed_on <= on and (evidence.expires_on is None or on < evidence.expires_on)


def effective_level(evidence: Iterable[Evidence], *, on: date) -> Level:
    """Return the highest level that counts on the day, of evidence of one person for one competency."""
    return max((piece.level for piece in evidence if counts(piece, on=on)), default=Level.NONE)


def currency_of(
    requirement: Requirement, evidence: Iterable[Evidence], waivers: Iterable[Waiver], *, on: date
) -> tuple[Currency, date | None]:
    """Judge what one person holds against one requirement, with the day on which the answer ends or ended.

    Evidence and waivers are of that person; those for other competencies are passed over. The day is the expiry of what is
    current, due soon or lapsed, the end of the waiver, and None where there is none.
    """
    pieces = [piece for piece in evidence if piece.competency == requirement.competency]
    granted = [waiver for waiver in waivers if waiver.competency == requirement.competency]
    return currency_by(requirement, pieces, granted, on=on)


def find_gaps(
    required: Iterable[Requirement], evidence: Iterable[Evidence], waivers: Iterable[Waiver], *, on: date
) -> tuple[Gap, ...]:
    """Return what one person lacks: never held, lapsed, unknown or due soon; not what is waived. In the order of `required`."""
    pieces: defaultdict[CompetencyKey, list[Evidence]] = defaultdict(list)
    for piece in evidence:
        pieces[piece.competency].append(piece)
    granted: defaultdict[CompetencyKey, list[Waiver]] = defaultdict(list)
    for waiver in waivers:
        granted[waiver.competency].append(waiver)
    gaps: list[Gap] = []
    for requirement in required:
        held = pieces.get(requirement.competency, ())
        state, until = currency_by(requirement, held, granted.get(requirement.competency, ()), on=on)
        if state in (Currency.CURRENT, Currency.WAIVED):
            continue
        lapsed_on = until if state is Currency.DUE_SOON else _last_end(requirement, held, on=on)
        gaps.append(Gap(requirement=requirement, currency=state, lapsed_on=lapsed_on))
    return tuple(gaps)


def currency_by(
    requirement: Requirement, pieces: Sequence[Evidence], waivers: Sequence[Waiver], *, on: date
) -> tuple[Currency, date | None]:
    """Judge the same by pieces and waivers that are all for the competency in question."""
    # one pass and no calls in it: a plan asks this for every person and requirement
    level, least = requirement.level, _WEIGHT[requirement.least_source]
    end: date | None = None
    lapsed_on: date | None = None
    tells_too_little = False
    for piece in pieces:
        ends_on = piece.expires_on or _NEVER_ENDS
        if piece.level >= level and _WEIGHT[piece.source] >= least:
            if ends_on <= on:
                lapsed_on = ends_on if lapsed_on is None or lapsed_on < ends_on else lapsed_on
            elif piece.observed_on <= on:
                end = ends_on if end is None or end < ends_on else end
        elif piece.observed_on <= on < ends_on and (piece.level is Level.NONE or piece.level >= level):
            # it may be what is asked and nobody can say: the level is missing, or the source weighs too little
            tells_too_little = True
    if end is not None and _lasts(end, on=on):
        return Currency.CURRENT, None if end == _NEVER_ENDS else end
    waived_until = max((each.ends_on for each in waivers if each.starts_on <= on < each.ends_on), default=None)
    if waived_until is not None:
        return Currency.WAIVED, waived_until
    if end is not None:
        return Currency.DUE_SOON, end
    if tells_too_little:
        return Currency.UNKNOWN, None
    return (Currency.NEVER, None) if lapsed_on is None else (Currency.LAPSED, lapsed_on)


def _meets(piece: Evidence, requirement: Requirement) -> bool:
    return piece.level >= requirement.level and _WEIGHT[piece.source] >= _WEIGHT[requirement.least_source]


def _last_end(requirement: Requirement, pieces: Iterable[Evidence], *, on: date) -> date | None:
    ends = (piece.expires_on for piece in pieces if _meets(piece, requirement))
    return max((end for end in ends if end is not None and end <= on), default=None)


def _lasts(end: date, *, on: date) -> bool:
    return end == _NEVER_ENDS or end - on > timedelta(days=DUE_SOON_DAYS)


def retention(*, decay: str, months: float) -> float:
    """Return the predicted share of a skill that is left after so many months without use or refresher: advice, never a gate.

    A population average; raises KeyError for an unknown kind of decay.
    """
    return float(0.5 ** (max(months, 0.0) / HALF_LIFE_MONTHS[decay]))


def retention_band(*, decay: str, last_used_on: date, on: date) -> Retention:
    """Return the band in which predicted retention lies: bands, since the figure itself claims more than anybody knows."""
    left = retention(decay=decay, months=(on - last_used_on).days / DAYS_A_MONTH)
    if left >= FRESH_FROM:
        return Retention.FRESH
    return Retention.FADING if left >= FADED_BELOW else Retention.FADED


def holdings(evidence: Iterable[Evidence], *, decays: Mapping[CompetencyKey, str], on: date) -> tuple[Holding, ...]:
    """Return what one person holds of each competency there is evidence for, ordered by the key of the competency.

    Evidence dated after the day is left out. `decays` names the curve of each competency.
    """
    pieces: defaultdict[CompetencyKey, list[Evidence]] = defaultdict(list)
    for piece in evidence:
        if piece.observed_on <= on:
            pieces[piece.competency].append(piece)
    return tuple(_holding(pieces[key], decay=decays.get(key), on=on) for key in sorted(pieces))


def _holding(pieces: Sequence[Evidence], *, decay: str | None, on: date) -> Holding:
    def worth(piece: Evidence) -> tuple[bool, Level, date, date, int]:
        counting = counts(piece, on=on)
        end = piece.expires_on or _NEVER_ENDS
        # what counts is judged by its level first; of what no longer counts the last to end tells most
        return (counting, piece.level if counting else Level.NONE, end, piece.observed_on, piece.id)

    best = max(pieces, key=worth)
    state = _held_state(best, on=on)
    last_used_on = max(piece.observed_on for piece in pieces)
    kept = state in (Currency.CURRENT, Currency.DUE_SOON) and decay is not None
    others = (piece for piece in pieces if piece is not best)
    return Holding(
        competency=best.competency,
        level=best.level,
        state=state,
        until=best.expires_on,
        retention=retention_band(decay=decay, last_used_on=last_used_on, on=on) if kept and decay else None,
        best=best,
        earlier=tuple(sorted(others, key=lambda piece: (piece.observed_on, piece.id), reverse=True)),
    )


def _held_state(best: Evidence, *, on: date) -> Currency:
    if not counts(best, on=on):
        return Currency.LAPSED
    if best.level is Level.NONE:
        return Currency.UNKNOWN
    return Currency.CURRENT if _lasts(best.expires_on or _NEVER_ENDS, on=on) else Currency.DUE_SOON


def renewed(piece: Evidence, others: Iterable[Evidence]) -> bool:
    """Tell whether other evidence of the person makes the end of this piece no news: as high, as weighty, lasting longer."""
    if piece.expires_on is None:
        return False
    return any(
        other.competency == piece.competency
        and other.level >= piece.level
        and _WEIGHT[other.source] >= _WEIGHT[piece.source]
        and (other.expires_on is None or other.expires_on > piece.expires_on)
        for other in others
        if other.id != piece.id
    )


def may_attest(*, attesting: PersonId, about: PersonId, source: Source) -> bool:
    """Tell whether a person may enter evidence by hand: about oneself nothing weighs more than a declaration of one's own."""
    return attesting != about or source is Source.SELF_DECLARED
