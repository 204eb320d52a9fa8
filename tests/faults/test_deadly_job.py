"""A job that kills its worker every time does not block other jobs, and is reported."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from fault_road import House, until
from kill_harness import KILLED, Kennel

from service.agreement.states import State
from service.running.revival import LONGEST_PAUSE, TURN, pause_after
from service.workflow.offer import generate, send
from service.workflow.telling import deliver


def seals(house: House) -> dict[str, tuple[int, str, timedelta | None]]:
    """For each seal's job: the number of deaths, its status and its remaining pause."""
    rows = house.rows(
        "select args->>'agreement_id' as id, attempts, status::text, scheduled_at - now() as pause"
        " from procrastinate_jobs where task_name = 'seal' order by id"
    )
    return {row.id: (row.attempts, row.status, row.pause) for row in rows}


@pytest.mark.own_database
@pytest.mark.long
def test_a_job_that_kills_its_worker_is_isolated_and_never_given_up(
    house: House, kennel_without_mail: Kennel
) -> None:
    references = house.fully_signed(4)
    ids = [house.agreement(each).id for each in references]
    deadly = ids[-1]
    for _ in range(2):
        worker = kennel_without_mail.start("deadly", DEADLY=deadly, TOGETHER="4")
        assert kennel_without_mail.wait(worker, 60) == KILLED
    worker = kennel_without_mail.start("deadly", DEADLY=deadly, TOGETHER="1")
    until(lambda: {each[:2] for each in seals(house).values()} == {(2, "todo")}, "the second")
    pauses = sorted(pause for _, _, pause in seals(house).values() if pause is not None)
    assert [round((b - a) / TURN) for a, b in pairwise(pauses)] == [1, 1, 1]

    house.rows(
        "update procrastinate_jobs set scheduled_at ="
        " case when args->>'agreement_id' = :id then now() + interval '1 hour' end"
        " where task_name = 'seal'",
        id=deadly,
    )
    for reference in references[:-1]:
        until(lambda r=reference: house.events(r).count("act.sealed") == 3, "the innocent ones")
    assert kennel_without_mail.wait(worker, 0) is None
    house.time_passes()
    assert kennel_without_mail.wait(worker, 60) == KILLED

    kennel_without_mail.start("deadly", DEADLY=deadly, TOGETHER="1")
    failed = until(lambda: house.agreement(references[-1]).failure, "the visible failure")
    assert "worker_died" in failed
    assert house.agreement(references[-1]).state is State.SEAL_FAILED
    assert house.events(references[-1]).count("seal.failed") == 1
    # It is reported before the job is given back, so that no death goes unreported.
    until(lambda: seals(house)[deadly][:2] == (3, "todo"), "given back after the third death")
    assert seals(house)[deadly][2] is not None


def test_the_pause_grows_to_an_hour_and_never_ends() -> None:
    assert pause_after(1) == timedelta(0)
    pauses = [pause_after(deaths) for deaths in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[1] == timedelta(seconds=4)
    assert pauses[-1] == LONGEST_PAUSE


def test_a_text_that_kills_waits_for_a_person(house: House) -> None:
    reference = house.create(house.sample.offered())
    send.send(house.deps, reference, house.staff)
    generate.note_failure(house.deps, house.agreement(reference).id, "Het werkproces viel uit.")
    assert house.agreement(reference).state is State.GENERATION_FAILED
    assert house.rows("select 1 from messages where kind = 'generation_failed'")


def test_a_mail_that_kills_is_seen_and_a_servers_own_answer_stays(house: House) -> None:
    house.new_ready()
    (message,) = house.rows("select id from messages where kind = 'invitation'")
    for reason in ("Het werkproces viel uit.", "later"):
        deliver.note_failure(house.deps, str(message.id), reason)
    (row,) = house.rows("select state, last_error from messages where kind = 'invitation'")
    assert (row.state, row.last_error) == ("failed", "Het werkproces viel uit.")
