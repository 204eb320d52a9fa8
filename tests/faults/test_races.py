"""Two people, or one twice, at the same moment: one outcome, the same for everybody.

``RACES`` is how often each race is run: twice, so that each side is first once, and 40 times in
``make kills``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fault_road import House, at_once, queued_at_the_lock

from service.agreement.life import GivenEnd
from service.agreement.model import Agreement
from service.agreement.states import State
from service.errors import LinkUnusable, Refused, TooLate
from service.workflow import sweep
from service.workflow.actors import Client
from service.workflow.keeping import archive
from service.workflow.life import end
from service.workflow.offer import create, expire, void
from service.workflow.sealing import close, seal
from service.workflow.signing import decline

ROUNDS = int(os.environ.get("RACES", "2"))
SIGNED = "agreement.fully_signed"
ELSEWHERE = Client("203.0.113.10", "another browser")


def refusals(results: list[Any]) -> list[Any]:
    """The refusals, which a page can explain; anything else fails."""
    wrong = [each for each in results if isinstance(each, Exception)]
    for each in wrong:
        assert isinstance(each, (Refused, LinkUnusable)), repr(each)
    return wrong


def assert_signed_once(house: House, reference: str) -> None:
    agreement = house.agreement(reference)
    assert agreement.state is State.FULLY_SIGNED
    events = house.events(reference)
    assert events.count("act.accepted") == 3
    assert events.count(SIGNED) == 1
    assert agreement.effective_date is not None


def test_two_countersigners_at_once(house: House) -> None:
    references = house.awaiting_processor(ROUNDS)
    house.open_waiting()
    for reference in references:
        shown = {reference: house.shown(reference)}
        results = at_once([lambda shown=shown: house.countersign(shown=shown)] * 2)
        assert not refusals(results)
        assert [outcome.refusal for (outcome,) in results] == [None, None]
        assert_signed_once(house, reference)


def test_the_controller_signs_in_two_browsers_at_once(house: House) -> None:
    for _ in range(ROUNDS):
        reference = house.new_ready("processor_first")
        house.countersign(reference)
        shown = house.shown(reference)
        secrets = [house.prepared(reference, house.opened(reference)) for _ in range(2)]
        tap = partial(house.sign, reference, document_sha256=shown)
        results = at_once([partial(tap, secret) for secret in secrets])
        assert not refusals(results)
        assert results[0].signed_at == results[1].signed_at
        assert_signed_once(house, reference)


def test_a_double_click(house: House) -> None:
    for _ in range(ROUNDS):
        reference = house.new_ready()
        shown = house.shown(reference)
        secret = house.prepared(reference, house.opened(reference))
        results = at_once([partial(house.sign, reference, secret, document_sha256=shown)] * 3)
        assert not refusals(results)
        assert len({receipt.signed_at for receipt in results}) == 1
        assert house.events(reference).count("act.accepted") == 2
        receipts = house.rows(
            "select count(*) from messages m join agreements a on a.id = m.agreement_id"
            " where a.reference = :r and m.kind = 'receipt'",
            r=reference,
        )
        assert receipts[0][0] == 1


Call = Callable[[], Any]


def won_by_signing(
    house: House, reference: str, number: int, sign: Call, other: Call, ended: State
) -> tuple[bool, Any, Any]:
    """Let both wait for the agreement's row, in alternating order; the first to wait must win.

    Returns whether that was the signature, and the results of the signature and of the other.
    """
    signing_first = number % 2 == 0
    calls = [sign, other] if signing_first else [other, sign]
    first, second = queued_at_the_lock(house, reference, calls)
    signed, lapsed = (first, second) if signing_first else (second, first)
    state = house.agreement(reference).state
    assert state is (State.FULLY_SIGNED if signing_first else ended)
    if signing_first:
        assert_signed_once(house, reference)
    else:
        assert house.agreement(reference).effective_date is None
        assert SIGNED not in house.events(reference)
    refusals([signed, lapsed])
    return signing_first, signed, lapsed


def test_the_last_signature_against_withdrawing(house: House) -> None:
    references = house.awaiting_processor(ROUNDS)
    house.open_waiting()
    for number, reference in enumerate(references):
        won, signed, voided = won_by_signing(
            house,
            reference,
            number,
            lambda r=reference: house.countersign(shown=house.all_shown([r])),
            lambda r=reference: void.void(house.deps, r, "Vergissing", house.staff),
            State.VOIDED,
        )
        assert (signed[0].refusal is None) is won
        assert isinstance(voided, TooLate) is won


def test_the_last_signature_against_declining(house: House) -> None:
    for number in range(ROUNDS):
        reference = house.new_ready("processor_first")
        house.countersign(reference)
        shown = house.shown(reference)
        signing = house.prepared(reference, house.opened(reference))
        declining = house.opened(reference)
        won, signed, declined = won_by_signing(
            house,
            reference,
            number,
            partial(house.sign, reference, signing, document_sha256=shown),
            lambda s=declining: decline.decline(house.deps, s, "content", "", ELSEWHERE),
            State.DECLINED,
        )
        assert isinstance(signed, LinkUnusable) is not won
        assert isinstance(declined, LinkUnusable) is won


def test_the_last_signature_against_expiry(house: House) -> None:
    references = house.awaiting_processor(ROUNDS)
    house.open_waiting()
    for number, reference in enumerate(references):
        house.rows(
            "update agreements set expires_at = clock_timestamp() - interval '1 second'"
            " where reference = :r",
            r=reference,
        )
        won, signed, expired = won_by_signing(
            house,
            reference,
            number,
            lambda r=reference: house.countersign(shown=house.all_shown([r])),
            lambda: expire.expire(house.deps),
            State.EXPIRED,
        )
        assert (signed[0].refusal is None) is won
        assert expired == (0 if won else 1)


def test_one_key_makes_one_agreement(house: House) -> None:
    given = house.sample.sales
    for number in range(ROUNDS):
        made = at_once(
            [
                lambda key=f"key-{number}": create.create(
                    house.deps, given, house.staff, idempotency_key=key
                )
            ]
            * 8
        )
        assert not refusals(made)
        assert len(set(made)) == 1
    assert house.rows("select count(*) from agreements")[0][0] == ROUNDS


def test_two_colleagues_record_the_end(house: House) -> None:
    """The first stands and the other is told; the same end twice is one."""
    (reference,) = house.begin_signed()
    agreement = house.agreement(reference)
    for step in (seal.seal, close.close):
        step(house.deps, agreement.id)
    ends = [
        partial(end.end, house.deps, reference, GivenEnd(str(day), "other"), house.staff)
        for day in (date(2030, 1, 1), date(2030, 1, 2), date(2030, 1, 1))
    ]
    first, other, again = queued_at_the_lock(house, reference, ends)
    assert refusals([first, other, again]) == [other]
    assert first == again
    assert house.events(reference).count("agreement.ended") == 1


@pytest.mark.long
def test_two_workers_seal_close_and_archive_at_once(house: House) -> None:
    for reference in house.begin_signed(ROUNDS):
        before = house.agreement(reference)
        for step in (seal.seal, close.close, archive.archive):
            assert not refusals(at_once([lambda s=step, one=before.id: s(house.deps, one)] * 2))
        assert_one_original(house, reference, before)


def assert_one_original(house: House, reference: str, before: Agreement) -> None:
    events = house.events(reference)
    once = ("original.closed", "evidence.made", "agreement.completed", "archive.verified")
    assert {name: events.count(name) for name in once} == dict.fromkeys(once, 1)
    assert events.count("act.sealed") == 3
    agreement = house.agreement(reference)
    assert agreement.state is State.COMPLETED
    assert agreement.effective_date == before.effective_date
    ours = house.rows(
        "select o.sha256, x.sha256 from originals o join archived_objects x using (agreement_id)"
        " where o.agreement_id = :id and x.name = 'overeenkomst.pdf'",
        id=agreement.id,
    )
    assert len(ours) == 1
    assert ours[0][0] == ours[0][1]
    copies = house.rows(
        "select recipient, count(*) from messages where agreement_id = :id"
        " and kind = 'completed' group by recipient",
        id=agreement.id,
    )
    assert copies
    assert {count for _, count in copies} == {1}


# Two forked processes, completely loaded, each of which seals on receiving a letter.
SEALING = """
import os, sys
import signatures.sealing.seal
from service.running.opening import engines
from service.settings.table import load_settings
from service.wiring.build import build
from service.workflow.sealing.seal import seal
def sealing():
    settings = load_settings(os.environ)
    with engines(settings) as found:
        deps = build(settings, found.database_url, found.store)
        deps.sealer()
        print("ready", flush=True)
        os.read(0, 1)
        seal(deps, sys.argv[1])
children = []
for _ in range(2):
    children.append(os.fork())
    if not children[-1]:
        sealing()
        sys.exit()
sys.exit(any([os.waitpid(pid, 0)[1] for pid in children]))
"""


@pytest.mark.own_database
@pytest.mark.long
def test_two_processes_seal_at_once(house: House, environment: dict[str, str]) -> None:
    (reference,) = house.fully_signed()
    before = house.agreement(reference)
    sealing = subprocess.Popen(
        [sys.executable, "-c", SEALING, before.id],
        env={"PATH": "/usr/bin:/bin", **environment},
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sealing.stdout
    assert [sealing.stdout.readline() for _ in range(2)] == ["ready\n"] * 2
    sealing.communicate("go")  # a letter for each
    assert sealing.returncode == 0
    close.close(house.deps, before.id)
    archive.archive(house.deps, before.id)
    assert_one_original(house, reference, before)


@pytest.mark.long
def test_the_sweep_beside_the_worker_adds_nothing(house: House) -> None:
    (reference,) = house.begin_signed()
    before = house.agreement(reference)
    for _ in range(ROUNDS):
        at_once([house.run_worker, lambda: sweep.sweep(house.deps, patience=0)])
    assert_one_original(house, reference, before)
