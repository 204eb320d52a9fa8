"""The hash chain: every entry follows from the previous one, and tampering is detected."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM, Staff
from service.database.engine import Database
from service.database.log.audit_check import (
    CHANGED,
    INSERTED,
    MISSING,
    PERSONAL,
    REORDERED,
    Finding,
    check_chain,
)
from service.database.log.audit_log import FIRST, MOMENT, Entry

Sql = Callable[..., list[Any]]
New = Callable[..., Agreement]


@pytest.fixture
def written(database: Database, new: New) -> tuple[str, list[Entry]]:
    """Six entries of one agreement, some with personal data."""
    with database.begin() as tx:
        agreement = new(tx)
        for number in range(6):
            tx.audit.append(
                agreement.id,
                Event.AGREEMENT_EDITED,
                SYSTEM,
                personal={"name": f"Els {number}"} if number % 2 else None,
                number=number,
                what="één",
            )
    with database.begin() as tx:
        return agreement.id, tx.audit.of(agreement.id)


def test_the_chain_holds(written: tuple[str, list[Entry]]) -> None:
    entries = written[1]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[0].prev_hash == FIRST
    assert [e.prev_hash for e in entries[1:]] == [e.hash for e in entries[:-1]]
    assert check_chain(entries) == []
    assert check_chain([]) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"data": {"number": 99, "what": "één"}},
        {"actor": "staff:1"},
        {"event": Event.AGREEMENT_SENT},
        {"at": None},
        {"personal_digest": "0" * 64},
        {"personal": {"name": "Iemand anders"}},
        {"salt": "00" * 16},
        {"hash": "0" * 64},
        {"prev_hash": "0" * 64},
        {"agreement_id": None},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_changed_entry_is_named(
    written: tuple[str, list[Entry]], changed: dict[str, Any]
) -> None:
    entries = written[1]
    if "at" in changed:
        changed = {"at": entries[3].at + timedelta(microseconds=1)}
    entries[3] = dataclasses.replace(entries[3], **changed)
    beside = {"personal", "salt", "personal_digest"} & set(changed)
    within = {"personal", "salt"}.isdisjoint(changed)
    kinds = [CHANGED] * within + [PERSONAL] * bool(beside)
    assert check_chain(entries) == [Finding(k, 4, 4, str(entries[3].event)) for k in kinds]


def test_an_entry_made_to_fit_is_told_by_the_next_one(written: tuple[str, list[Entry]]) -> None:
    entries = written[1]
    forged = dataclasses.replace(entries[2], data={"number": 99})
    entries[2] = dataclasses.replace(forged, hash=forged.recomputed())
    assert check_chain(entries) == [Finding(CHANGED, 3, 3, "agreement.edited")]


EDITED = "agreement.edited"


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ((1, 2, 4, 5, 6), [Finding(MISSING, 3, 3)]),
        ((2, 3, 4, 5, 6), [Finding(MISSING, 1, 1)]),
        ((1, 5, 6), [Finding(MISSING, 2, 4)]),
        ((1, 2, 3, 2, 4, 5, 6), [Finding(INSERTED, 4, 4, EDITED)]),
        ((1, 3, 2, 4, 5, 6), [Finding(REORDERED, 3, 2, EDITED)]),
        ((2, 1, 3, 4, 5, 6), [Finding(REORDERED, 2, 1, EDITED)]),
        ((1, 2, 3, 4, 6, 5), [Finding(REORDERED, 6, 5, EDITED)]),
    ],
    ids=str,
)
def test_left_out_put_between_and_swapped_and_numbered_anew(
    written: tuple[str, list[Entry]], order: tuple[int, ...], found: list[Finding]
) -> None:
    """As a forger would who leaves no gap in the numbers."""
    entries = [
        dataclasses.replace(written[1][own - 1], seq=number) for number, own in enumerate(order, 1)
    ]
    assert check_chain(entries) == found


@pytest.mark.parametrize("at", [1, 3, 6])
def test_an_entry_made_up_and_put_between_is_named(
    written: tuple[str, list[Entry]], at: int
) -> None:
    genuine = written[1]
    prev = genuine[at - 2].hash if at > 1 else FIRST
    forged = dataclasses.replace(
        genuine[0], seq=at, data={"what": "forged"}, personal_digest="", prev_hash=prev
    )
    forged = dataclasses.replace(forged, hash=forged.recomputed())
    later = [dataclasses.replace(each, seq=each.seq + 1) for each in genuine[at - 1 :]]
    assert check_chain([*genuine[: at - 1], forged, *later]) == [Finding(INSERTED, at, at, EDITED)]


def test_erased_personal_data_leave_the_chain_whole(
    written: tuple[str, list[Entry]], database: Database, sql: Sql
) -> None:
    agreement_id, before = written
    sql("delete from audit_personal")
    with database.begin() as tx:
        after = tx.audit.of(agreement_id)
    assert [entry.personal for entry in after] == [None] * 6
    assert [entry.hash for entry in after] == [entry.hash for entry in before]
    assert check_chain(after) == []


def test_changed_personal_data_are_found(
    written: tuple[str, list[Entry]], database: Database, sql: Sql
) -> None:
    sql("""update audit_personal set data = '{"name": "Iemand anders"}'""")
    with database.begin() as tx:
        found = check_chain(tx.audit.of(written[0]))
    assert [(each.kind, each.seq) for each in found] == [(PERSONAL, n) for n in (2, 4, 6)]


def test_the_same_personal_data_have_another_digest_each_time(database: Database, new: New) -> None:
    with database.begin() as tx:
        agreement = new(tx)
        for _ in range(2):
            tx.audit.append(agreement.id, Event.LINK_OPENED, SYSTEM, personal={"ip": "::1"})
        first, second = tx.audit.of(agreement.id)
    assert first.personal_digest != second.personal_digest


@pytest.mark.parametrize(
    "moment",
    ["2026-03-02T09:00:00", "2026-12-31T23:59:59.999999", "2026-03-02T09:00:00.500000"],
)
def test_the_database_writes_a_moment_as_the_hash_has_it(sql: Sql, moment: str) -> None:
    at = datetime.fromisoformat(f"{moment}+00:00")
    statement = f"select {MOMENT} from (select cast(:at as timestamptz) as at) as entry"
    assert sql(statement, at=at) == [(moment,)]


@pytest.mark.parametrize("of_one", [True, False], ids=["one agreement's", "the general one"])
def test_entries_of_a_chain_take_turns(database: Database, new: New, *, of_one: bool) -> None:
    with database.begin() as tx:
        chain = new(tx).id if of_one else None

    def sign_in(number: int) -> None:
        with database.begin() as tx:
            if chain:
                tx.agreements.hold(chain)
            tx.audit.append(
                chain, Event.STAFF_SIGNED_IN, Staff(str(number), "", "", "", frozenset())
            )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sign_in, range(24)))
    with database.begin() as tx:
        entries = tx.audit.of(chain)
        assert tx.audit.of(None if of_one else new(tx).id) == []
    assert [entry.seq for entry in entries] == list(range(1, 25))
    assert check_chain(entries) == []
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_an_entry_of_a_change_that_was_rolled_back_is_gone(database: Database, new: New) -> None:
    with database.begin() as tx:
        agreement = new(tx)

    def fail() -> None:
        with database.begin() as tx:
            tx.audit.append(agreement.id, Event.AGREEMENT_SENT, SYSTEM)
            raise RuntimeError("after the entry was written")

    with pytest.raises(RuntimeError):
        fail()
    with database.begin() as tx:
        tx.audit.append(agreement.id, Event.AGREEMENT_EDITED, SYSTEM)
        assert [entry.seq for entry in tx.audit.of(agreement.id)] == [1]
