"""Detects tampering with a chain of the audit log: pure, from its entries and anchored heads.

A hash that fits *another* number means a moved entry; one that fits none, a changed entry. If every
hash is recomputed, only an anchor reveals it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import rfc8785

from service.agreement.anchoring import Head
from service.database.log.audit_log import FIRST, Entry

CHANGED, MISSING, INSERTED, REORDERED = "changed", "missing", "inserted", "reordered"
PERSONAL, REWRITTEN, TRUNCATED = "personal", "rewritten", "truncated"


@dataclass(frozen=True)
class Finding:
    """A fault in entries ``seq`` to ``until``; for a moved entry, ``until`` is its original number.
    ``event`` is the entry's ('' if none), ``day`` the revealing anchor's (None if none)."""

    kind: str
    seq: int
    until: int
    event: str = ""
    day: date | None = None


def check_chain(
    entries: Sequence[Entry], anchored: Sequence[tuple[Head, date]] = ()
) -> list[Finding]:
    """All faults of one chain, in the order of its entries.

    ``anchored`` are its heads with the day of their anchor, oldest first.
    """
    places = _own_numbers(entries)
    found = [*_changed(entries, places), *_personal(entries)]
    kept, inserted = _without_inserted(entries, places)
    found += inserted
    found += _missing(kept)
    found += _reordered(kept)
    found += _refitted(kept, {each.seq for each in found if each.kind == CHANGED})
    found += _against_anchors(entries, anchored, found)
    return sorted(found, key=lambda each: (each.seq, each.kind))


@dataclass(frozen=True)
class _Placed:
    """An entry with its original number, according to its hash; ``whole`` unless it was changed."""

    entry: Entry
    own: int
    whole: bool


def _own_numbers(entries: Sequence[Entry]) -> list[_Placed]:
    placed: list[_Placed] = []
    shift = 0
    for entry in entries:
        own = _own_number(entry, len(entries))
        if own is not None:
            shift = own - entry.seq
        placed.append(
            _Placed(entry, entry.seq + shift if own is None else own, whole=own is not None)
        )
    return placed


def _own_number(entry: Entry, length: int) -> int | None:
    """The number with which the content gives the stored hash, nearest first; None if none."""
    try:
        for distance in range(length + 1):
            for number in {entry.seq + distance, entry.seq - distance}:
                if number > 0 and entry.recomputed(number) == entry.hash:
                    return number
    except rfc8785.CanonicalizationError:
        return None
    return None


def _changed(entries: Sequence[Entry], places: Sequence[_Placed]) -> Iterator[Finding]:
    for entry, placed in zip(entries, places, strict=True):
        if not placed.whole:
            yield Finding(CHANGED, entry.seq, entry.seq, str(entry.event))


def _personal(entries: Sequence[Entry]) -> Iterator[Finding]:
    for entry in entries:
        if not entry.personal_fits():
            yield Finding(PERSONAL, entry.seq, entry.seq, str(entry.event))


def _without_inserted(
    entries: Sequence[Entry], places: Sequence[_Placed]
) -> tuple[list[_Placed], list[Finding]]:
    """Of several entries for one number, the one whose hash the next entry holds is genuine."""
    followed = {entry.prev_hash for entry in entries}
    claims: dict[int, list[_Placed]] = {}
    for placed in places:
        claims.setdefault(placed.own, []).append(placed)
    inserted = {id(placed) for claim in claims.values() for placed in _not_first(claim, followed)}
    found = [
        Finding(INSERTED, each.entry.seq, each.entry.seq, str(each.entry.event))
        for each in places
        if id(each) in inserted and each.whole
    ]
    return [each for each in places if id(each) not in inserted], found


def _not_first(claim: Sequence[_Placed], followed: set[str]) -> list[_Placed]:
    if len(claim) < 2:
        return []
    # Of an entry and its exact copy, the one that was not moved is genuine. At the end of a chain,
    # where nothing follows, it is the moved one.
    copies = len({each.entry.hash for each in claim}) == 1
    first = max(
        claim,
        key=lambda each: (
            each.entry.hash in followed,
            (each.own == each.entry.seq) == copies,
        ),
    )
    return [each for each in claim if each is not first]


def _missing(kept: Sequence[_Placed]) -> Iterator[Finding]:
    before = 0
    for own in sorted(each.own for each in kept):
        if own > before + 1:
            yield Finding(MISSING, before + 1, own - 1)
        before = own


def _reordered(kept: Sequence[_Placed]) -> Iterator[Finding]:
    highest = 0
    for each in kept:
        if each.own < highest:
            yield Finding(REORDERED, each.entry.seq, each.own, str(each.entry.event))
        highest = max(highest, each.own)


def _refitted(kept: Sequence[_Placed], told: set[int]) -> Iterator[Finding]:
    """Entries whose own hash fits but differs from the previous hash held by the next entry."""
    row = sorted(kept, key=lambda each: each.own)
    if row and row[0].own == 1 and row[0].whole and row[0].entry.prev_hash != FIRST:
        yield Finding(CHANGED, row[0].entry.seq, row[0].entry.seq, str(row[0].entry.event))
    for each, following in pairwise(row):
        if following.own != each.own + 1 or following.entry.prev_hash == each.entry.hash:
            continue
        if following.whole and each.entry.seq not in told:
            yield Finding(CHANGED, each.entry.seq, each.entry.seq, str(each.entry.event))


def _against_anchors(
    entries: Sequence[Entry], anchored: Sequence[tuple[Head, date]], told: Sequence[Finding]
) -> Iterator[Finding]:
    hashes = {entry.hash for entry in entries}
    last = max((entry.seq for entry in entries), default=0)
    sound = 0
    for head, day in anchored:
        if head.hash in hashes:
            sound = head.seq
        elif head.seq > last:
            newest, day = anchored[-1]
            yield Finding(TRUNCATED, last + 1, newest.seq, day=day)
            return
        else:
            if not any(sound < each.seq <= head.seq for each in told):
                yield Finding(REWRITTEN, sound + 1, head.seq, day=day)
            sound = head.seq
