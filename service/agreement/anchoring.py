"""Anchors: one time stamp a day over the heads of all log chains that grew.

The heads are the leaves of a Merkle tree, so that a few hashes prove one agreement's place without
showing the others. ``printf`` and ``sha256sum`` can recompute it: a leaf is canonical JSON, its
hash the SHA-256 of those bytes; the parent of two nodes is the SHA-256 of ``node <left> <right>``,
both in hexadecimal; a node without a sibling moves up unchanged. Leaves begin with ``{``, nodes
with ``n``.

The *record* of an anchor, which the time stamp covers, names the root, the day and the SHA-256 of
the previous record, so a chain need not be listed again until it grows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import rfc8785

SCHEMA = "zegel-anchor/1"
FIRST = "0" * 64
LEFT, RIGHT = "links", "rechts"


@dataclass(frozen=True)
class Head:
    """Entry ``seq`` of a chain and its hash; ``agreement_id`` is None for the general chain."""

    agreement_id: str | None
    seq: int
    hash: str

    def leaf(self) -> bytes:
        return rfc8785.dumps({"agreement": self.agreement_id, "seq": self.seq, "hash": self.hash})


def in_order(heads: Sequence[Head]) -> list[Head]:
    """The order of the tree: the general chain first, then by agreement and number."""
    return sorted(heads, key=lambda head: (head.agreement_id or "", head.seq))


def lines(heads: Sequence[Head]) -> bytes:
    return b"".join(head.leaf() + b"\n" for head in heads)


def root(heads: Sequence[Head]) -> str:
    """The root of the tree over these heads; without heads, the SHA-256 of no bytes."""
    level = [_sha256(head.leaf()) for head in heads]
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else _sha256(b"")


def path(heads: Sequence[Head], head: Head) -> list[tuple[str, str]]:
    """The side and hash of each sibling, from the leaf of ``head`` to the root.

    Raises ValueError when ``head`` is not among them.
    """
    place = list(heads).index(head)
    level = [_sha256(each.leaf()) for each in heads]
    steps = []
    while len(level) > 1:
        other = place ^ 1
        if other < len(level):
            steps.append((LEFT if other < place else RIGHT, level[other]))
        level, place = _above(level), place // 2
    return steps


def record(
    *, number: int, now: datetime, last_day: date | None, previous: str, heads: Sequence[Head]
) -> bytes:
    """The record of an anchor as canonical JSON, with the days since the last one that have none.
    ``now`` is aware; the day is in UTC."""
    day = day_of(now)
    return rfc8785.dumps(
        {
            "schema": SCHEMA,
            "number": number,
            "day": day.isoformat(),
            "made_at": now.astimezone(UTC).isoformat(timespec="microseconds"),
            "missed": [each.isoformat() for each in missed(last_day, day)],
            "previous": previous,
            "size": len(heads),
            "root": root(heads),
        }
    )


def read(record: bytes) -> dict[str, Any]:
    """The values of a record; empty if it was tampered with and cannot be parsed."""
    try:
        found = json.loads(record)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def day_of(now: datetime) -> date:
    """The UTC calendar day of an aware instant."""
    return now.astimezone(UTC).date()


def missed(last_day: date | None, day: date) -> list[date]:
    """The days without an anchor between two anchors."""
    if last_day is None:
        return []
    return [last_day + timedelta(days=n) for n in range(1, (day - last_day).days)]


def _above(level: Sequence[str]) -> list[str]:
    pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
    return [_node(*pair) if len(pair) == 2 else pair[0] for pair in pairs]


def _node(left: str, right: str) -> str:
    return _sha256(f"node {left} {right}".encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
