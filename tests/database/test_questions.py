"""Questions in the database: one of ours at a time, and each ended once, by one side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from service.agreement.model import Agreement
from service.agreement.permissions import Staff
from service.database.engine import Database

New = Callable[..., Agreement]
Sql = Callable[..., list[Any]]


def test_of_ours_one_waits_at_a_time_and_of_theirs_many(
    database: Database, new: New, staff: Staff
) -> None:
    with database.begin() as tx:
        agreement = new(tx)
        for _ in range(2):
            tx.questions.ask(agreement.id, "Van hen?", signatory_id=agreement.signatory_id)
        first = tx.questions.ask(agreement.id, "Van ons?", staff_id=staff.id)
    with pytest.raises(IntegrityError, match="uq_questions_of_staff"), database.begin() as tx:
        tx.questions.ask(agreement.id, "Nog een?", staff_id=staff.id)
    with database.begin() as tx:
        tx.questions.end(first, "answered", answered_by=staff.id, answer="Ja.")
        tx.questions.ask(agreement.id, "Nog een?", staff_id=staff.id)
        asked = tx.questions.of(agreement.id)
        returned = tx.questions.returned(agreement.id)
    assert [each.name for each in asked] == ["An Peeters"] * 2 + [staff.name] * 2
    assert [each.by_staff for each in asked] == [False, False, True, True]
    assert returned
    assert returned.question == "Nog een?"


def test_what_has_ended_stays_as_it_ended(database: Database, new: New, staff: Staff) -> None:
    with database.begin() as tx:
        agreement = new(tx)
        question = tx.questions.ask(agreement.id, "Van ons?", staff_id=staff.id)
        tx.questions.end(question, "answered", answered_by=staff.id, answer="Ja.")
        (ended,) = tx.questions.of(agreement.id)
        tx.questions.end(question, "elsewhere", answered_by=staff.id)
        tx.questions.end_by_signing(agreement.id, by_staff=True)
        assert tx.questions.of(agreement.id) == [ended]
    assert (ended.ended, ended.answer, ended.answered_by) == ("answered", "Ja.", staff.name)


def test_it_matters_while_the_agreement_runs(
    database: Database, new: New, staff: Staff, sql: Sql
) -> None:
    """What expired can be extended, and then its question waits again."""
    with database.begin() as tx:
        agreement = new(tx)
        tx.questions.ask(agreement.id, "Van ons?", staff_id=staff.id)
    waits = []
    for state in ("sent", "preparing", "expired", "sent", "voided"):
        sql("update agreements set state = :state", state=state)
        with database.begin() as tx:
            (line,) = tx.overview.these([agreement.reference])
            assert tx.overview.counts()["trouble"] == line.question_waits
        waits.append(line.question_waits)
    assert waits == [True, True, False, True, False]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("staff_id = null", "ck_questions_person"),
        ("ended = 'gone', ended_at = now()", "ck_questions_ended"),
        ("ended = 'signed'", "ck_questions_ended_at"),
        ("ended = 'answered', ended_at = now()", "ck_questions_answer"),
        ("answer = 'Ja.'", "ck_questions_answer"),
    ],
)
def test_what_cannot_be_true_is_refused(
    database: Database, new: New, staff: Staff, sql: Sql, change: str, constraint: str
) -> None:
    with database.begin() as tx:
        tx.questions.ask(new(tx).id, "Van ons?", staff_id=staff.id)
    with pytest.raises(IntegrityError, match=constraint):
        sql(f"update questions set {change}")
