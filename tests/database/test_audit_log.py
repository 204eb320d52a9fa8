"""The hash chain: every entry follows from the one before, and a hand that was in it is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.database.audit_log import FIRST, Entry, first_broken
from service.database.engine import Database

Sql = Callable[..., list[Any]]
New = Callable[..., Agreement]


@pytest.fixture
def written(database: Database, new: New) -> tuple[str, list[Entry]]:
    """Six entries of one agreement, personal data beside some."""
    with database.begin() as tx:
        agreement = new(tx)
        for number in range(6):
            tx.audit.append(
                agreement.id,
                Event.AGREEMENT_EDITED,
                "system",
                personal={"name": f"Els {number}"} if number % 2 else None,
                number=number,
                words="één",
            )
    with database.begin() as tx:
        return agreement.id, tx.audit.of(agreement.id)


def test_the_chain_holds(written: tuple[str, list[Entry]]) -> None:
    entries = written[1]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[0].prev_hash == FIRST
    assert [e.prev_hash for e in entries[1:]] == [e.hash for e in entries[:-1]]
    assert first_broken(entries) is None
    assert first_broken([]) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"data": {"number": 99, "words": "één"}},
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
    broken = first_broken(entries)
    assert broken is not None
    assert broken.seq == 4


def test_an_entry_made_to_fit_breaks_the_next_one(written: tuple[str, list[Entry]]) -> None:
    entries = written[1]
    forged = dataclasses.replace(entries[2], data={"number": 99})
    entries[2] = dataclasses.replace(forged, hash=forged.recomputed())
    broken = first_broken(entries)
    assert broken is not None
    assert broken.seq == 4


def test_a_missing_an_inserted_and_a_swapped_entry_are_named(
    written: tuple[str, list[Entry]],
) -> None:
    entries = written[1]
    assert first_broken(entries[:2] + entries[3:]) == entries[3]
    assert first_broken(entries[1:]) == entries[1]
    assert first_broken([*entries[:3], entries[1], *entries[3:]]) == entries[1]
    assert first_broken([entries[0], entries[2], entries[1], *entries[3:]]) == entries[2]


def test_erased_personal_data_leave_the_chain_whole(
    written: tuple[str, list[Entry]], database: Database, sql: Sql
) -> None:
    agreement_id, before = written
    sql("delete from audit_personal")
    with database.begin() as tx:
        after = tx.audit.of(agreement_id)
    assert [entry.personal for entry in after] == [None] * 6
    assert [entry.hash for entry in after] == [entry.hash for entry in before]
    assert first_broken(after) is None


def test_changed_personal_data_are_found(
    written: tuple[str, list[Entry]], database: Database, sql: Sql
) -> None:
    sql("""update audit_personal set data = '{"name": "Iemand anders"}'""")
    with database.begin() as tx:
        broken = first_broken(tx.audit.of(written[0]))
    assert broken is not None
    assert broken.seq == 2


def test_the_same_personal_data_have_another_digest_each_time(database: Database, new: New) -> None:
    with database.begin() as tx:
        agreement = new(tx)
        for _ in range(2):
            tx.audit.append(agreement.id, Event.LINK_OPENED, "system", personal={"ip": "::1"})
        first, second = tx.audit.of(agreement.id)
    assert first.personal_digest != second.personal_digest


def test_the_general_chain_stands_apart_and_takes_turns(database: Database) -> None:
    def sign_in(number: int) -> None:
        with database.begin() as tx:
            tx.audit.append(None, Event.STAFF_SIGNED_IN, f"staff:{number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sign_in, range(24)))
    with database.begin() as tx:
        entries = tx.audit.of(None)
    assert [entry.seq for entry in entries] == list(range(1, 25))
    assert first_broken(entries) is None
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_an_entry_of_a_change_that_was_rolled_back_is_gone(database: Database, new: New) -> None:
    with database.begin() as tx:
        agreement = new(tx)

    def fail() -> None:
        with database.begin() as tx:
            tx.audit.append(agreement.id, Event.AGREEMENT_SENT, "system")
            raise RuntimeError("after the entry was written")

    with pytest.raises(RuntimeError):
        fail()
    with database.begin() as tx:
        tx.audit.append(agreement.id, Event.AGREEMENT_EDITED, "system")
        assert [entry.seq for entry in tx.audit.of(agreement.id)] == [1]
