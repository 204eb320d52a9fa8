"""A dead worker's jobs are taken over: at once if no other is alive, after a missed heartbeat if
one is."""

from __future__ import annotations

import psycopg
import pytest
from fault_road import House, run_worker_once

from bench.road import BROWSER
from service.errors import Invalid
from service.running import revival
from service.workflow.people import accounts, own_password, sessions
from service.workflow.signing import prove_mailbox


def left_by_a_worker(house: House, reference: str, heartbeat: str) -> None:
    """Every job is in progress at a worker whose last heartbeat was so long ago."""
    house.rows(
        "insert into procrastinate_workers (last_heartbeat)"
        f" values (now() - interval '{heartbeat}')"
    )
    house.rows(
        "update procrastinate_jobs set status = 'doing',"
        " worker_id = (select max(id) from procrastinate_workers)"
    )
    assert "act.sealed" not in house.events(reference)


def test_alone_a_worker_takes_up_everything_at_once(house: House) -> None:
    (reference,) = house.begin_signed()
    left_by_a_worker(house, reference, "0 seconds")
    run_worker_once(house.deps)
    assert house.events(reference).count("act.sealed") == 3


@pytest.mark.parametrize(("heartbeat", "sealed"), [("1 second", 0), ("1 minute", 3)])
def test_beside_a_living_worker_heartbeats_tell(house: House, heartbeat: str, sealed: int) -> None:
    (reference,) = house.begin_signed()
    left_by_a_worker(house, reference, heartbeat)
    address = house.deps.database.url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as living:
        living.execute(f"select pg_advisory_lock_shared({revival._WORKERS_LOCK})")
        run_worker_once(house.deps)
    assert house.events(reference).count("act.sealed") == sealed


def test_a_chosen_password_ends_every_session(house: House) -> None:
    secret = accounts.sign_in(house.deps, house.staff.email, house.password).session
    assert sessions.find(house.deps, secret)
    new = "een lange zin die niemand raadt"
    own_password.change(house.deps, house.staff, old=house.password, new=new, again=new)
    assert sessions.find(house.deps, secret) is None


def test_a_wrong_code_counts_although_it_is_refused(house: House) -> None:
    reference = house.new_ready()
    secret = house.opened(reference)
    code = house.mailed_code(reference, secret)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for tried in range(1, 6):
        with pytest.raises(Invalid):
            prove_mailbox.confirm_code(house.deps, secret, wrong, BROWSER)
        assert house.rows("select tries from code_challenges")[0].tries == tried
    with pytest.raises(Invalid):  # the right one, but too late
        prove_mailbox.confirm_code(house.deps, secret, code, BROWSER)
    assert house.events(reference).count("code.refused") >= 5
