"""Jobs and mails are committed with the change that requested them, and only once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from service.agreement.model import Agreement
from service.agreement.permissions import Staff
from service.agreement.states import MailState
from service.agreement.subjects import Subject, SubjectKind
from service.database.engine import Database, Transaction
from service.database.queue.jobs import BULK, QUEUES, Task
from service.database.queue.messages import NewMessage
from service.wiring.build import libpq_url
from service.workflow.tasks import ARCHIVE, CLOSE, DELIVER, LOOK, SEAL

Sql = Callable[..., list[Any]]
New = Callable[..., Agreement]
WAITING = "select task_name, args, queue_name from procrastinate_jobs where status = 'todo'"


def test_a_job_is_there_once_its_change_is(database: Database, sql: Sql) -> None:
    with database.begin() as tx:
        tx.jobs.defer(SEAL, agreement_id="1")
        assert sql(WAITING) == []  # another connection does not see it yet
    assert [tuple(row) for row in sql(WAITING)] == [("seal", {"agreement_id": "1"}, "interactive")]


def test_a_job_that_ends_wakes_the_worker_for_the_next(database: Database, sql: Sql) -> None:
    with database.begin() as tx:
        tx.jobs.defer(SEAL, agreement_id="1")
    sql("update procrastinate_jobs set status = 'doing'")
    with database.begin() as tx:
        tx.jobs.defer(SEAL, agreement_id="1")
    with psycopg.connect(libpq_url(database.url), autocommit=True) as worker:
        worker.execute('listen "procrastinate_queue_v1#interactive"')
        sql("delete from procrastinate_jobs where status = 'doing'")
        woken = list(worker.notifies(timeout=30, stop_after=1))
    assert [json.loads(each.payload)["type"] for each in woken] == ["job_inserted"]


def test_a_job_of_a_change_that_was_rolled_back_never_was(database: Database, sql: Sql) -> None:
    def fail() -> None:
        with database.begin() as tx:
            tx.jobs.defer(SEAL, agreement_id="1")
            raise RuntimeError("after the job was deferred")

    with pytest.raises(RuntimeError):
        fail()
    assert sql(WAITING) == []


def test_the_same_work_waits_once_and_the_transaction_goes_on(database: Database, sql: Sql) -> None:
    with database.begin() as tx:
        for _ in range(3):
            tx.jobs.defer(SEAL, agreement_id="1")
        tx.jobs.defer(SEAL, agreement_id="2")
        tx.jobs.defer(CLOSE, agreement_id="1")
    with database.begin() as tx:
        tx.jobs.defer(SEAL, agreement_id="1")
        tx.jobs.defer(ARCHIVE, agreement_id="1", after=timedelta(minutes=5))
    assert len(sql(WAITING)) == 4
    assert len(sql("select id from procrastinate_jobs where scheduled_at > now()")) == 1


def test_two_who_ask_at_once_wait_for_one_job(database: Database, sql: Sql) -> None:
    def ask(_: int) -> None:
        with database.begin() as tx:
            tx.jobs.defer(SEAL, agreement_id="1")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(16)))
    assert len(sql(WAITING)) == 1


TAKE = "select id from procrastinate_fetch_job_v2(array['interactive'], null)"


def test_a_waiting_job_is_not_run_before_the_change_it_is_to_see(
    database: Database, sql: Sql, database_url: str
) -> None:
    with database.begin() as tx:
        tx.jobs.defer(SEAL, agreement_id="1")
    address = database_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as worker:
        worker.execute('listen "procrastinate_queue_v1#interactive"')
        with database.begin() as tx:
            tx.jobs.defer(SEAL, agreement_id="1")
            assert sql(TAKE)[0].id is None
        (woken,) = worker.notifies(timeout=10, stop_after=1)
        assert json.loads(woken.payload)["type"] == "job_inserted"
    assert sql(TAKE)[0].id is not None


def test_where_a_worker_was_faster_another_job_waits(database: Database, sql: Sql) -> None:
    with database.begin() as tx:
        tx.jobs.defer(SEAL, agreement_id="1")
    sql(TAKE)
    with database.begin() as tx:
        tx.jobs.defer(SEAL, agreement_id="1")
    assert len(sql(WAITING)) == 1


def test_what_somebody_waits_for_runs_next(database: Database, sql: Sql) -> None:
    """Before jobs of lower priority that waited longer; among equal priorities the oldest is
    first."""
    with database.begin() as tx:
        for number in range(50):
            tx.jobs.defer(LOOK, agreement_id=str(number))
        tx.jobs.defer(Task("many", BULK), agreement_id="0")
        tx.jobs.defer(DELIVER, message_id="0")
        for number in range(2):
            tx.jobs.defer(SEAL, agreement_id=str(number))
    names = ",".join(f"'{queue.name}'" for queue in QUEUES)
    take = f"select task_name, args from procrastinate_fetch_job_v2(array[{names}], null)"
    taken = [(row.task_name, *row.args.values()) for row in (sql(take)[0] for _ in range(6))]
    assert taken == [
        ("seal", "0"), ("seal", "1"), ("deliver", "0"), ("many", "0"), ("look", "0"), ("look", "1")
    ]  # fmt: skip


def queue(tx: Transaction, subject: Subject, key: str, message_id: str = "") -> bool:
    """Queue one mail under this key."""
    new = NewMessage(
        id=message_id or str(uuid.uuid4()),
        key=key,
        subject=subject,
        kind="voided",
        recipient="an@peeters.example",
        recipient_name="An Peeters",
        reply_to="els@it4.example",
        values={"reason": "x"},
    )
    return tx.messages.queue(new)


def test_a_mail_is_queued_once(database: Database, new: New) -> None:
    with database.begin() as tx:
        agreement = new(tx)
        about = Subject.agreement(agreement.id)
        assert queue(tx, about, "a")
        assert not queue(tx, about, "a")
        assert queue(tx, about, "b")
        assert len(tx.messages.of(agreement.id)) == 2
        assert len(tx.messages.waiting(-5)) == 2
        assert tx.messages.waiting(60) == []


def test_a_mail_that_arrives_settles_what_was_refused_about_the_same_subject(
    database: Database, new: New, staff: Staff
) -> None:
    """For an account as for an agreement; messages about anything else are not affected."""
    with database.begin() as tx:
        subjects = [
            Subject.account(staff.id),
            Subject(SubjectKind.JOB, staff.id),
            Subject.account(str(uuid.uuid4())),
            Subject.agreement(new(tx).id),
        ]
        refused = [str(uuid.uuid4()) for _ in subjects]
        for message_id, subject in zip(refused, subjects, strict=True):
            queue(tx, subject, message_id, message_id)
            tx.messages.mark(message_id, MailState.REFUSED, "550 no such user")
        queue(tx, subjects[0], "a", arrived := str(uuid.uuid4()))
        found = tx.messages.lock(arrived)
        assert found is not None
        assert (found.subject, found.agreement_id) == (subjects[0], None)
        tx.messages.settle_by(found)
        kept = [tx.messages.lock(message_id) for message_id in refused]
    assert [each.subject for each in kept if each] == subjects
    assert [each.undelivered for each in kept if each] == [False, True, True, True]


def test_what_became_of_a_mail(database: Database, new: New) -> None:
    with database.begin() as tx:
        agreement = new(tx)
        queue(tx, Subject.agreement(agreement.id), "a")
        message = tx.messages.of(agreement.id)[0]
        tx.messages.mark(message.id, MailState.FAILED, "x" * 900)
        failed = tx.messages.lock(message.id)
        tx.messages.mark(message.id, MailState.SENT)
        sent = tx.messages.lock(message.id)
    assert failed is not None
    assert (failed.state, failed.tries, len(failed.last_error), failed.sent_at) == (
        "failed",
        1,
        500,
        None,
    )
    assert sent is not None
    assert (sent.state, sent.tries) == ("sent", 2)
    assert sent.sent_at is not None
    with database.begin() as tx:
        assert tx.messages.waiting(-5) == []
        assert tx.messages.lock(str(uuid.uuid4())) is None
