"""The proof of the ledger: what is sound, and what each kind of tampering looks like."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from trainer.audit import rules
from trainer.audit.values import GENESIS, Content, FaultKind, Link, SealedEntry, Text
from trainer.kernel import ledger

WHEN = datetime(2026, 2, 28, 23, 59, 59, 120, tzinfo=UTC)
REMARK = {"remark": "Was absent without leave."}


def content(nth: int, **changes) -> Content:
    made = Content(
        recorded_at=WHEN + timedelta(seconds=nth),
        actor="person:17",
        event="PasswordSet",
        payload={"person_id": nth, "name": "Ñandú"},
        text_digest=None,
    )
    return replace(made, **changes)


def sealed(*contents: Content, text: Text | None = None, salt: str = "salt") -> list[SealedEntry]:
    """The contents as a sealed run; a text lies beside each entry that has a digest."""
    link, entries = GENESIS, []
    for nth, each in enumerate(contents, start=1):
        seal = rules.seal_of(each, number=nth, previous_hash=link.hash)
        entries.append(
            SealedEntry(
                id=100 + nth,
                number=nth,
                content=each,
                salt=salt,
                previous_hash=link.hash,
                hash=seal,
                text=text if each.text_digest else None,
            )
        )
        link = Link(number=nth, hash=seal)
    return entries


def run(length: int = 5) -> list[SealedEntry]:
    return sealed(*(content(nth) for nth in range(length)))


def test_an_untouched_run_is_sound():
    assert rules.find_faults(run()) == ()


def test_a_run_may_be_judged_in_parts():
    entries = run(6)

    assert rules.find_faults(entries[3:], after=rules.link_of(entries[2])) == ()
    assert rules.find_faults([]) == ()


def changed(entry: SealedEntry, **changes) -> SealedEntry:
    return replace(entry, content=replace(entry.content, **changes))


def resealed(entry: SealedEntry) -> SealedEntry:
    seal = rules.seal_of(entry.content, number=entry.number, previous_hash=entry.previous_hash)
    return replace(entry, hash=seal)


def with_inserted(entries: list[SealedEntry]) -> list[SealedEntry]:
    """A well-sealed entry put after the second, the rest renumbered."""
    new = resealed(replace(entries[2], id=999, content=content(50)))
    return [*entries[:2], new, *(replace(each, number=each.number + 1) for each in entries[2:])]


@pytest.mark.parametrize(
    ("tamper", "kinds"),
    [
        pytest.param(
            lambda e: [e[0], changed(e[1], payload={"person_id": 1}), *e[2:]], {2: "altered"}, id="payload changed"
        ),
        pytest.param(lambda e: [e[0], changed(e[1], actor="job:expire"), *e[2:]], {2: "altered"}, id="actor changed"),
        pytest.param(lambda e: [e[0], changed(e[1], event="PersonLeft"), *e[2:]], {2: "altered"}, id="event changed"),
        pytest.param(
            lambda e: [e[0], changed(e[1], recorded_at=WHEN - timedelta(days=1)), *e[2:]],
            {2: "altered"},
            id="backdated",
        ),
        pytest.param(
            lambda e: [e[0], resealed(changed(e[1], actor="x")), *e[2:]], {3: "unlinked"}, id="changed and resealed"
        ),
        pytest.param(lambda e: [e[0], *e[2:]], {3: "missing"}, id="one deleted"),
        pytest.param(lambda e: [e[0], e[4]], {5: "missing"}, id="several deleted"),
        pytest.param(lambda e: e[1:], {2: "missing"}, id="the first deleted"),
        pytest.param(
            lambda e: [e[0], replace(e[1], content=e[2].content), replace(e[2], content=e[1].content), *e[3:]],
            {2: "altered", 3: "altered"},
            id="contents exchanged",
        ),
        pytest.param(
            lambda e: [e[0], replace(e[2], number=2), replace(e[1], number=3), *e[3:]],
            {2: "unlinked altered", 3: "unlinked altered", 4: "unlinked"},
            id="reordered",
        ),
        pytest.param(
            lambda e: [e[0], *(replace(each, number=each.number - 1) for each in e[2:])],
            {2: "unlinked altered", 3: "altered", 4: "altered"},
            id="deleted and renumbered",
        ),
        pytest.param(with_inserted, {4: "unlinked altered", 5: "altered", 6: "altered"}, id="inserted"),
        pytest.param(
            lambda e: [e[0], replace(e[1], hash=None), *e[2:]], {2: "altered", 3: "unlinked"}, id="seal removed"
        ),
    ],
)
def test_tampering_is_found(tamper, kinds):
    faults = rules.find_faults(tamper(run()))

    found: dict[int, str] = {}
    for fault in faults:
        found[fault.number] = f"{found.get(fault.number, '')} {fault.kind.value}".strip()
    assert found == kinds


def test_a_fault_says_where_it_is():
    entries = run()

    (fault,) = rules.find_faults([entries[0], *entries[3:]])

    assert (fault.number, fault.entry_id) == (4, 104)
    assert str(fault.sentence) == "Entries 2 to 3 are missing."


DIGEST = rules.digest_of(REMARK, salt="salt")
ERASED = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("digest", "text", "salt", "sound"),
    [
        pytest.param(DIGEST, Text(texts=REMARK, erased_at=None), "salt", True, id="as recorded"),
        pytest.param(DIGEST, Text(texts=None, erased_at=ERASED), "", True, id="erased with its salt"),
        pytest.param(DIGEST, Text(texts={"remark": "Was early."}, erased_at=None), "salt", False, id="text changed"),
        pytest.param(DIGEST, Text(texts=REMARK, erased_at=None), "pepper", False, id="salt changed"),
        pytest.param(DIGEST, Text(texts=None, erased_at=None), "salt", False, id="emptied without erasure"),
        pytest.param(DIGEST, None, "salt", False, id="text removed"),
        pytest.param(None, Text(texts=REMARK, erased_at=None), "salt", False, id="text added"),
        pytest.param(None, None, "salt", True, id="never had one"),
    ],
)
def test_texts_are_judged_by_their_digest(digest, text, salt, sound):
    (entry,) = sealed(content(1, text_digest=digest))

    faults = rules.find_faults([replace(entry, text=text, salt=salt)])

    assert [fault.kind for fault in faults] == ([] if sound else [FaultKind.TEXT_ALTERED])


@pytest.mark.parametrize(
    ("last", "head", "words"),
    [
        pytest.param(GENESIS, GENESIS, None, id="nothing sealed yet"),
        pytest.param(Link(number=9, hash="a"), Link(number=9, hash="a"), None, id="where it was left"),
        pytest.param(Link(number=7, hash="a"), Link(number=9, hash="b"), "2 were sealed after entry 7", id="cut off"),
        pytest.param(GENESIS, Link(number=9, hash="b"), "9 were sealed after entry 0", id="emptied"),
        pytest.param(Link(number=9, hash="c"), Link(number=9, hash="b"), "entry 9, is not as", id="end exchanged"),
    ],
)
def test_a_cut_off_end_is_found(last, head, words):
    faults = rules.find_cut(last, head=head)

    assert [words in str(fault.sentence) for fault in faults] == ([True] if words else [])


def test_the_seal_does_not_depend_on_order_or_zone():
    here = content(1, payload={"b": 1, "a": [1, 2]}, recorded_at=WHEN)
    there = content(1, payload={"a": [1, 2], "b": 1}, recorded_at=WHEN.astimezone(timezone(timedelta(hours=3))))

    assert rules.seal_of(here, number=1, previous_hash="") == rules.seal_of(there, number=1, previous_hash="")


def test_digests_are_made_as_the_ledger_makes_them():
    assert rules.digest_of(REMARK, salt="salt") == ledger.digest_of_texts("salt", REMARK)
    assert rules.canonical({"b": "é", "a": 1}) == ledger.canonical({"b": "é", "a": 1}) == '{"a":1,"b":"é"}'
