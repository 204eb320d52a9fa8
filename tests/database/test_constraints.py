"""Values that cannot be together: refused by the database, in any SQL."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from service.agreement.model import Agreement
from service.agreement.permissions import Staff
from service.agreement.states import LinkEnd
from service.database.engine import Database

Sql = Callable[..., list[Any]]
New = Callable[..., Agreement]


@pytest.mark.parametrize(
    "statement",
    [
        "update agreements set state = 'almost'",
        "update agreements set signing_order = 'both'",
        "update agreements set dpo_answer = 'maybe'",
        "update agreements set effective_date = '2026-03-02'",
        "update agreements set effective_date = '2026-03-02', fully_signed_at = now()",
        "update agreements set state = 'fully_signed', frozen_sha256 = 'x'",
        "update agreements set state = 'ready'",  # without a frozen document
        "update agreements set reference = 'VO-26-1'",
        "update agreements set reference = 'VO-2026-0001'",
        "update agreements set processor_version = 99",
        "update signature_places set state = 'almost'",
        "update signature_places set place = 'witness'",
        "update signature_places set party = 'witness', place = 'witness_' || capacity",
        "update signature_places set signatory = 2",  # the name says otherwise
        "update signature_places set ordinal = 1",
        "update signature_places set ordinal = 0 where ordinal = 1",
        "update annex_items set entered_by = 'somebody'",
        "update annex_items set list = 'other'",
        "update staff set credential = 'given'",
        "update staff set roles = '{koning}'",
    ],
)
def test_what_cannot_be_is_refused(database: Database, new: New, sql: Sql, statement: str) -> None:
    with database.begin() as tx:
        new(tx)
    with pytest.raises(IntegrityError):
        sql(statement)


def test_references_are_unique(database: Database, new: New) -> None:
    with database.begin() as tx:
        new(tx, reference="VO-2026-00007")
    with pytest.raises(IntegrityError), database.begin() as tx:
        new(tx, reference="VO-2026-00007")


def test_one_link_lives_at_a_time(database: Database, new: New, sql: Sql) -> None:
    with database.begin() as tx:
        agreement = new(tx)
        for number in range(3):
            tx.signing.issue(
                str(uuid.uuid4()),
                agreement.id,
                agreement.signatory_id,
                bytes([number]) * 32,
                ended=LinkEnd.REPLACED,
            )
    assert sorted(row[0] for row in sql("select ended from links")) == ["", "replaced", "replaced"]
    with pytest.raises(IntegrityError):
        sql("update links set ended = ''")


def test_one_signatory_is_current(database: Database, new: New, sql: Sql) -> None:
    with database.begin() as tx:
        before = new(tx)
        after = dataclasses.replace(before, signatory_id=str(uuid.uuid4()))
        tx.agreements.replace_signatory(after, delegated_by="An Peeters")
        assert [each.current for each in tx.agreements.delegations(before.id)] == [False, True]
    with pytest.raises(IntegrityError):
        sql("update signatories set current = true")


def test_two_staff_cannot_share_an_address_in_other_capitals(
    database: Database, staff: Staff
) -> None:
    twin = dataclasses.replace(staff, id=str(uuid.uuid4()), email=staff.email.upper())
    with pytest.raises(IntegrityError), database.begin() as tx:
        tx.accounts.add(twin, "x")
