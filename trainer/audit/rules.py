"""How entries are sealed and how the seals are judged. Pure: the database is read by `queries`.

The seal of an entry is SHA-256 over its number, its content and the seal before it, so that nothing can be changed, removed,
inserted or reordered without breaking every seal after it. Personal texts are not in it, only their salted digest: so they can
be erased.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any

from trainer.audit.values import GENESIS, Content, FaultKind, LedgerFault, Link, SealedEntry
from trainer.kernel.values import Wording, wording

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(data: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spare space: the same bytes for the same content on every engine."""
    return _ENCODER.encode(data)


def seal_of(content: Content, *, number: int, previous_hash: str) -> str:
    """The seal of an entry at a place in the chain, as hex."""
    sealed = {
        "number": number,
        "recorded_at": content.recorded_at.astimezone(UTC).isoformat(),
        "actor": content.actor,
        "event": content.event,
        "payload": content.payload,
        "text_digest": content.text_digest,
        "previous_hash": previous_hash,
    }
    return hashlib.sha256(canonical(sealed).encode()).hexdigest()


def digest_of(texts: Mapping[str, str], *, salt: str) -> str:
    """The digest of personal texts, as the ledger makes it when it records them."""
    return hashlib.sha256((salt + canonical(texts)).encode()).hexdigest()


def link_of(entry: SealedEntry) -> Link:
    """What the entry after this one must join, by what the database says of it."""
    return Link(number=entry.number, hash=entry.hash or "")


def find_faults(entries: Iterable[SealedEntry], *, after: Link = GENESIS) -> tuple[LedgerFault, ...]:
    """Judge a run of sealed entries in the order of their numbers; `after` is the link that the first must join."""
    return tuple(_faults(entries, after))


def find_cut(last: Link, *, head: Link) -> tuple[LedgerFault, ...]:
    """Judge the end of the chain against the link that the last sealing noted."""
    if last == head:
        return ()
    if last.number < head.number:
        sentence = wording(
            "The last entries are missing: {count} were sealed after entry {number} and are gone. Restore them from a backup.",
            count=head.number - last.number,
            number=last.number,
        )
    else:
        sentence = wording("The end of the ledger, entry {number}, is not as it was sealed last.", number=last.number)
    return (LedgerFault(kind=FaultKind.CUT_OFF, number=last.number, entry_id=None, sentence=sentence),)


def _faults(entries: Iterable[SealedEntry], after: Link) -> Iterator[LedgerFault]:
    link = after
    for entry in entries:
        found = (_place_fault(entry, link), _seal_fault(entry), _text_fault(entry))
        for kind, sentence in (each for each in found if each):
            yield LedgerFault(kind=kind, number=entry.number, entry_id=entry.id, sentence=sentence)
        link = link_of(entry)


def _place_fault(entry: SealedEntry, link: Link) -> tuple[FaultKind, Wording] | None:
    first, last = link.number + 1, entry.number - 1
    if last > first:
        return FaultKind.MISSING, wording("Entries {first} to {last} are missing.", first=first, last=last)
    if last == first:
        return FaultKind.MISSING, wording("Entry {number} is missing.", number=first)
    if entry.previous_hash != link.hash:
        return FaultKind.UNLINKED, wording("Entry {number} is not linked to the entry before it.", number=entry.number)
    return None


def _seal_fault(entry: SealedEntry) -> tuple[FaultKind, Wording] | None:
    if entry.hash == seal_of(entry.content, number=entry.number, previous_hash=entry.previous_hash or ""):
        return None
    return FaultKind.ALTERED, wording("Entry {number} was changed after it was sealed.", number=entry.number)


def _text_fault(entry: SealedEntry) -> tuple[FaultKind, Wording] | None:
    digest, text = entry.content.text_digest, entry.text
    if digest is None and text is None:
        return None
    if digest is None:
        return FaultKind.TEXT_ALTERED, wording(
            "A text was put beside entry {number} after it was recorded.", number=entry.number
        )
    if text is None or (text.texts is None and text.erased_at is None):
        return FaultKind.TEXT_ALTERED, wording(
            "The text beside entry {number} is gone, and no erasure is on record.", number=entry.number
        )
    if text.texts is not None and digest_of(text.texts, salt=entry.salt) != digest:
        return FaultKind.TEXT_ALTERED, wording(
            "The text beside entry {number} is not the one that was recorded.", number=entry.number
        )
    return None
