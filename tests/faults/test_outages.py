"""Signing continues while something else is down, and everything catches up when it is back."""

from __future__ import annotations

import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import tsp
from fault_road import House, MakeHouse
from kill_harness import Letterbox, judge, judge_mails, mailing_to, remember

from service.agreement.states import State
from service.engines import EmbeddedObjectStore
from service.engines.process import free_ports
from service.workflow import sweep
from service.workflow.keeping import archive, reread
from service.workflow.offer import expire, generate, send
from service.workflow.sealing import close, seal
from service.workflow.tasks import REREAD
from signatures.run_async import run
from signatures.stamps.timestamps import LocalTimestamps


def sign_everything(house: House) -> str:
    """All three acts, with a code from a mail; whatever is down, no page shows an error."""
    (reference,) = house.fully_signed()
    assert house.agreement(reference).effective_date is not None
    return reference


def work_and_fail_again(house: House) -> None:
    """Two rounds of the worker: repeated failure, not a single one."""
    for _ in range(2):
        house.run_worker()
        house.time_passes()


def catch_up(house: House, reference: str) -> None:
    """After the outage, everything that waited is done."""
    house.time_passes()
    house.run_worker()
    assert house.archive_state(reference) == "verified"


@pytest.mark.long
def test_the_mail_server_is_down(make_house: MakeHouse) -> None:
    (port,) = free_ports(1)
    house = make_house(**mailing_to(port))
    signed = remember(house, sign_everything(house))
    work_and_fail_again(house)
    assert house.archive_state(signed.reference) == "verified"
    states = {row.state for row in house.rows("select state from messages where kind <> 'code'")}
    assert states == {"failed"}
    failures = house.events(signed.reference).count("message.failed")
    failed = house.rows("select count(*) from messages where state = 'failed'")[0][0]
    assert failures == failed  # reported once, not at every attempt
    letterbox = Letterbox()
    server = letterbox.controller(port)
    server.start()
    try:
        catch_up(house, signed.reference)
    finally:
        server.stop()
    judge(house, signed, deeply=False)
    assert judge_mails(house, letterbox, 0) == 0
    kinds = {row.kind for row in house.rows("select kind from messages where state = 'sent'")}
    assert kinds >= {"invitation", "receipt", "countersign", "completed"}


@pytest.mark.long
def test_a_code_waits_for_the_mail_server(make_house: MakeHouse) -> None:
    (port,) = free_ports(1)
    house = make_house(**mailing_to(port))
    reference = house.new_ready()
    secret = house.opened(reference)
    house.mailed_code(reference, secret)
    house.run_worker()
    assert house.rows("select state from messages where kind = 'code'")[0].state == "failed"
    letterbox = Letterbox()
    server = letterbox.controller(port)
    server.start()
    try:
        house.time_passes()
        house.run_worker()
    finally:
        server.stop()
    assert house.rows("select state from messages where kind = 'code'")[0].state == "sent"


@pytest.mark.long
def test_the_archive_is_down(make_house: MakeHouse, tmp_path: Path) -> None:
    store = EmbeddedObjectStore(tmp_path / "store")
    address = store.start()
    try:
        house = make_house(
            S3_ENDPOINT_URL=address.endpoint_url,
            S3_ACCESS_KEY_ID=address.access_key_id,
            S3_SECRET_ACCESS_KEY=address.secret_access_key,
        )
        house.deps.objects()
        store.stop()
        signed = remember(house, sign_everything(house))
        work_and_fail_again(house)
        agreement = house.agreement(signed.reference)
        assert agreement.state is State.COMPLETED
        with house.deps.database.begin() as tx:
            state = tx.archive.state(agreement.id)
        assert state
        assert state.state == "local"
        assert "StorageUnavailable" in state.failure
        assert house.events(signed.reference).count("archive.failed") == 1
        assert not house.rows("select 1 from messages where kind = 'completed'")
        assert store.start() == address
        catch_up(house, signed.reference)
        judge(house, signed, deeply=False)
        with house.deps.database.begin() as tx:
            state = tx.archive.state(agreement.id)
        assert state
        assert state.failure == ""
    finally:
        store.stop()


@pytest.mark.long
def test_the_archive_goes_down_in_the_middle_of_a_round(
    make_house: MakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be read is not damaged: the same part of the round is retried."""
    store = EmbeddedObjectStore(tmp_path / "store")
    address = store.start()
    try:
        house = make_house(
            S3_ENDPOINT_URL=address.endpoint_url,
            S3_ACCESS_KEY_ID=address.access_key_id,
            S3_SECRET_ACCESS_KEY=address.secret_access_key,
        )
        references = house.fully_signed(3)
        house.run_worker()
        house.rows("update archive_states set looked_at = looked_at - interval '300 days'")
        with house.deps.database.begin() as tx:
            tx.jobs.defer(REREAD, left=3)
        note = reread.note_check

        def noting_the_last(*given: Any) -> None:
            note(*given)
            store.stop()

        with monkeypatch.context() as going_down:
            going_down.setattr(reread, "note_check", noting_the_last)
            house.run_worker()
        work_and_fail_again(house)
        checks = [house.events(each).count("archive.verified") for each in references]
        assert sorted(checks) == [1, 1, 2]
        assert {house.archive_state(each) for each in references} == {"verified"}
        told = [house.events(each).count("archive.unread") for each in references]
        assert sorted(told) == [0, 0, 1]
        failing = reread.progress(house.deps, house.staff)
        assert failing.failing == references[told.index(1)]
        assert "StorageUnavailable" in failing.reason
        assert not house.rows("select 1 from messages where kind = 'alarm'")

        assert store.start() == address
        house.time_passes()
        house.run_worker()
        checks = [house.events(each).count("archive.verified") for each in references]
        assert checks == [2, 2, 2]
        assert reread.progress(house.deps, house.staff).failing == ""
    finally:
        store.stop()


@pytest.mark.long
def test_the_time_stamp_authority_is_down(make_house: MakeHouse, keys: Path) -> None:
    (port,) = free_ports(1)
    house = make_house(
        ZEGEL_TSA_URLS=f"http://127.0.0.1:{port}/tsa", ZEGEL_TSA_ROOTS=str(keys / "root.pem")
    )
    signed = remember(house, sign_everything(house))
    work_and_fail_again(house)
    agreement = house.agreement(signed.reference)
    assert agreement.state is State.SEAL_FAILED
    assert "TimestampUnavailable" in agreement.failure
    assert house.events(signed.reference).count("seal.failed") == 1
    stamper = LocalTimestamps(house.deps.authority()).stamper()

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = run(stamper.async_request_tsa_response(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", port), Authority)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        catch_up(house, signed.reference)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    judge(house, signed, deeply=True)
    assert house.agreement(signed.reference).failure == ""


def without_office(house: House, make_house: MakeHouse, office: Path) -> House:
    """The same house with its office at ``office``, which may not exist."""
    return make_house(own_maker=True, known=house, ZEGEL_SOFFICE=str(office))


def put_back(office: Path) -> None:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    assert found
    office.symlink_to(found)


@pytest.mark.long
def test_a_close_needs_no_office(make_house: MakeHouse, tmp_path: Path) -> None:
    office = tmp_path / "soffice"
    house = make_house()
    reference = house.new_ready()
    broken = without_office(house, make_house, office)
    broken.signs(reference)
    broken.countersign(reference)
    signed = remember(broken, reference)
    broken.run_worker()
    assert broken.agreement(reference).state is State.COMPLETED
    judge(broken, signed, deeply=False)


@pytest.mark.long
def test_the_office_is_missing_when_the_text_is_made(make_house: MakeHouse, tmp_path: Path) -> None:
    office = tmp_path / "soffice"
    house = make_house()
    broken = without_office(house, make_house, office)
    reference = broken.create(broken.sample.offered())
    send.send(broken.deps, reference, broken.staff)
    broken.run_worker()
    agreement = broken.agreement(reference)
    assert agreement.state is State.GENERATION_FAILED
    assert agreement.failure
    assert broken.rows("select recipient from messages where kind = 'generation_failed'")
    put_back(office)
    generate.retry_generation(broken.deps, reference, broken.staff)
    broken.run_worker()
    assert broken.agreement(reference).state is State.READY


def test_the_mail_of_an_ended_term_goes_out(house: House) -> None:
    reference = house.new_ready()
    house.rows("update agreements set expires_at = clock_timestamp() - interval '1 second'")
    assert expire.expire(house.deps) == 1
    house.run_worker()
    mails = house.rows("select recipient, state from messages where kind = 'expired'")
    assert {row.state for row in mails} == {"sent"}
    assert house.agreement(reference).signatory.email in {row.recipient for row in mails}


def test_the_sweep_finds_what_is_missing_and_nothing_else(house: House) -> None:
    (waiting,) = house.awaiting_processor()
    house.rows("delete from procrastinate_jobs")
    house.rows("update messages set state = 'sent'")
    assert sweep.sweep(house.deps, patience=0) == 1  # the controller's two acts
    house.run_worker()
    assert house.events(waiting).count("act.sealed") == 2
    assert sweep.sweep(house.deps, patience=0) == 0  # everything signed has been sealed
    house.countersign(waiting)
    agreement_id = house.agreement(waiting).id
    for step, last in (
        (seal.seal, "original.closed"),
        (close.close, "agreement.completed"),
        (archive.archive, "archive.verified"),
    ):
        house.rows("delete from procrastinate_jobs")
        house.rows("update messages set state = 'sent'")
        assert sweep.sweep(house.deps, patience=0) == 1
        step(house.deps, agreement_id)
        assert last in house.events(waiting)
    house.rows("delete from procrastinate_jobs")
    assert sweep.sweep(house.deps, patience=0) > 1  # the copies for both parties
    house.run_worker()
    assert sweep.sweep(house.deps, patience=0) == 0
