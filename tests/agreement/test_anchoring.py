"""A log head's place in an anchor is proved by a few hashes, and by nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from service.agreement.anchoring import (
    FIRST,
    Head,
    in_order,
    lines,
    missed,
    path,
    record,
    root,
)


def heads(count: int) -> list[Head]:
    return in_order(
        [Head(f"{n:04}", n + 1, hashlib.sha256(bytes([n])).hexdigest()) for n in range(count)]
    )


def climb(head: Head, steps: Sequence[tuple[str, str]]) -> str:
    """The root computed from a leaf and its path, as a reader of the package does."""
    found = hashlib.sha256(head.leaf()).hexdigest()
    for side, other in steps:
        pair = f"{other} {found}" if side == "links" else f"{found} {other}"
        found = hashlib.sha256(f"node {pair}".encode()).hexdigest()
    return found


@pytest.mark.parametrize("count", [*range(1, 18), 31, 32, 33, 100])
def test_every_leaf_climbs_to_the_root_and_nothing_else_does(count: int) -> None:
    tree = heads(count)
    for head in tree:
        steps = path(tree, head)
        assert climb(head, steps) == root(tree)
        assert len(steps) <= count.bit_length()
        assert climb(Head(head.agreement_id, head.seq + 1, head.hash), steps) != root(tree)
        assert climb(Head(head.agreement_id, head.seq, FIRST), steps) != root(tree)


def test_the_tree_is_what_the_docstring_says() -> None:
    one, two, three = heads(3)
    leaves = [hashlib.sha256(line).hexdigest() for line in lines([one, two, three]).splitlines()]
    pair = hashlib.sha256(f"node {leaves[0]} {leaves[1]}".encode()).hexdigest()
    assert (
        root([one, two, three]) == hashlib.sha256(f"node {pair} {leaves[2]}".encode()).hexdigest()
    )
    assert root([one]) == leaves[0]
    assert root([]) == hashlib.sha256(b"").hexdigest()
    with pytest.raises(ValueError):
        path([one, two], three)


def test_the_general_chain_comes_first_and_order_matters() -> None:
    general = Head(None, 7, FIRST)
    tree = in_order([*heads(3), general])
    assert tree[0] == general
    assert root(tree) != root(list(reversed(tree)))


def test_the_record_names_the_day_of_utc_and_the_days_that_were_missed() -> None:
    late = datetime(2026, 11, 26, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    made = json.loads(
        record(number=4, now=late, last_day=date(2026, 11, 22), previous="ab", heads=heads(2))
    )
    assert made["day"] == "2026-11-25"
    assert made["made_at"] == "2026-11-25T23:30:00.000000+00:00"
    assert made["missed"] == ["2026-11-23", "2026-11-24"]
    assert (made["number"], made["previous"], made["size"]) == (4, "ab", 2)
    assert made["root"] == root(heads(2))


def test_nothing_is_missed_from_one_day_to_the_next() -> None:
    assert missed(None, date(2026, 3, 1)) == []
    assert missed(date(2026, 2, 28), date(2026, 3, 1)) == []
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert record(number=1, now=now, last_day=None, previous=FIRST, heads=[]) == record(
        number=1, now=now, last_day=None, previous=FIRST, heads=[]
    )
