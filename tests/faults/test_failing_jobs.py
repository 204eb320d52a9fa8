"""Each periodic job: its failure is reported to people, and the report ends when it succeeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from fault_road import House, run_worker_once

from service.agreement.alarms import AlarmKind
from service.agreement.subjects import Subject, SubjectKind
from service.deps import Deps
from service.running import worker
from service.running.jobs import PERIODIC
from service.wiring.queue import worker_app
from service.workflow import one_by_one
from service.workflow.keeping import anchor
from service.workflow.offer import expire, send
from service.workflow.telling import alarm, failing

WITHOUT = "a fault of its own"
NEVER = "0 0 29 2 *"  # never during a test, except on one day in four years


def fails(_deps: Deps) -> int:
    raise OSError(WITHOUT)


def quarter_passes(house: House) -> None:
    house.rows("update failing_jobs set since = since - interval '16 minutes'")
    house.rows("update alarms set told_at = told_at - interval '61 minutes'")


def failing_now(house: House) -> dict[str, str]:
    return {row.name: row.failure for row in house.rows("select name, failure from failing_jobs")}


def test_every_periodic_job_of_the_worker_is_one_of_the_list(house: House) -> None:
    """So the next test covers them all, including future ones."""
    app = worker_app(house.deps.database.url)
    worker.register(house.deps, app)
    registered = {each.task.name for each in app.periodic_registry.periodic_tasks.values()}
    assert registered == {job.name for job in PERIODIC}
    assert len(PERIODIC) > 10


def test_each_that_fails_is_told_and_forgotten_when_it_works_again(house: House) -> None:
    """The real worker runs each with a failing step, and then with a succeeding one."""
    names = {job.name for job in PERIODIC}
    run_all(house, fails)
    assert failing_now(house) == dict.fromkeys(names, f"OSError: {WITHOUT}")
    assert alarm.alarm(house.deps) == 0  # it may still recover by itself
    quarter_passes(house)
    assert alarm.alarm(house.deps) == len(names)
    assert alarm.alarm(house.deps) == 0
    ((told,),) = house.rows("select \"values\" from messages where kind = 'alarm'")
    assert {told["what"], *told["others"]} == {f"job.{name}" for name in names}
    stalled, _ = alarm.stalled_items(house.deps, house.staff)
    assert {each.kind for each in stalled} == {AlarmKind.JOB}
    assert {each.subject for each in stalled} == {Subject(SubjectKind.JOB, name) for name in names}

    run_all(house, lambda _deps: 0)
    assert failing_now(house) == {}
    assert alarm.stalled_items(house.deps, house.staff)[0] == []
    assert alarm.alarm(house.deps) == 0
    assert not house.rows("select 1 from alarms")


def run_all(house: House, step: Callable[[Deps], int]) -> None:
    """Run every periodic job once, with this step."""
    jobs = [dataclasses.replace(job, cron=NEVER, step=step) for job in PERIODIC]
    run_worker_once(house.deps, jobs, due=[job.name for job in jobs])


def test_the_warning_arrives_and_names_the_others(house: House) -> None:
    for name in ("prolong", "anchor"):
        failing.note(house.deps, name, "StorageUnavailable: weg")
    quarter_passes(house)
    assert alarm.alarm(house.deps) == 2
    house.run_worker()
    ((state, said),) = house.rows(
        'select state, "values" from messages'
        " where kind = 'alarm' and (subject, subject_id) = ('job', 'prolong')"
    )
    assert state == "sent"
    assert said["others"] == ["job.anchor"]
    with house.deps.database.begin() as tx:
        entries = [entry.data["what"] for entry in tx.audit.of(None) if "what" in entry.data]
    assert sorted(entries) == ["job.anchor", "job.prolong"]


@pytest.mark.own_database
def test_one_agreement_that_cannot_be_expired_keeps_no_other_from_it(house: House) -> None:
    """The fault is real: the database refuses to change the first one."""
    first, second = house.created(), house.created()
    for reference in (first, second):
        send.send(house.deps, reference, house.staff)
    house.rows("update agreements set expires_at = now() - interval '1 hour'")
    refuse(house, first)
    with pytest.raises(one_by_one.SomeFailed, match="1 of 2 failed"):
        expire.expire(house.deps)
    assert house.agreement(second).state.value == "expired"
    assert house.agreement(first).state.value == "sent"


def test_anchors_wait_for_no_time_stamp_to_be_stored(house: House) -> None:
    """The time stamp service is down on the second day; the first day's anchor is stored."""
    house.created()
    store = house.deps.objects
    without_store = dataclasses.replace(house.deps, objects=unreachable)
    with pytest.raises(one_by_one.SomeFailed):
        anchor.anchor(without_store)
    house.rows("set local session_replication_role = replica; update anchors set day = day - 1")
    house.created()
    without_stamps = dataclasses.replace(house.deps, timestamps=unreachable)
    with pytest.raises(OSError, match="away"):
        anchor.anchor(without_stamps)
    assert house.rows("select count(distinct number) from anchor_objects")[0][0] == 1
    assert store().on_this_machine


def test_a_failing_spell_keeps_its_beginning(house: House) -> None:
    failing.note(house.deps, "tidy", "one")
    ((since,),) = house.rows("select since from failing_jobs")
    failing.note(house.deps, "tidy", "two")
    assert house.rows("select since, failure from failing_jobs") == [(since, "two")]
    assert alarm.NEWS[AlarmKind.JOB] == timedelta(hours=1)


def unreachable() -> None:
    raise OSError("away")


def refuse(house: House, reference: str) -> None:
    """A trigger that refuses all changes to this agreement."""
    house.rows(
        "create function refuse() returns trigger language plpgsql as"
        " $$ begin raise exception 'refused'; end $$"
    )
    house.rows(
        "create trigger refuse before update on agreements for each row"
        f" when (old.reference = '{reference}') execute function refuse()"
    )
