"""Starts, kills and restarts processes of the service, and checks the final result."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from threading import Lock
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fault_road import House, until

from service.agreement.states import State
from service.mail.message import message_id
from signatures.verdict.report import GENUINE
from signatures.verdict.verify import Ledger, verify
from storage.check import check

KILLED = -signal.SIGKILL


def drawn() -> tuple[random.Random, int]:
    """The chance of this run, and how many kills are wanted: 0 for the quick run.

    ``SEED`` repeats a run, whose seed is printed; ``KILLS`` is the number.
    """
    seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
    print(f"SEED={seed}")
    return random.Random(seed), int(os.environ.get("KILLS", "0"))


class Kennel:
    """The program that starts processes of the service (``killing_worker.py``)."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self.log = log
        self._running: set[int] = set()
        self._program = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killing_worker.py"))],
            cwd=Path(__file__).parents[2],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, role: str, point: str = "", **told: str) -> int:
        """A new process that dies at ``point``, if given; ``told`` are further variables."""
        pid = int(
            self._ask(
                do="start",
                role=role,
                environment={**self._environment, **told},
                point=point,
                log=str(self.log),
            )
        )
        self._running.add(pid)
        return pid

    def wait(self, pid: int, seconds: float) -> int | None:
        """Its exit status, or None when it still runs after ``seconds``."""
        status = self._ask(do="wait", pid=pid, seconds=seconds)
        if status is not None:
            self._running.discard(pid)
        return status

    def kill(self, pid: int) -> None:
        """SIGKILL, including its process group."""
        if self.wait(pid, 0) is None:
            os.killpg(pid, signal.SIGKILL)
            assert self.wait(pid, 10) == KILLED

    def stop(self, pid: int) -> None:
        """SIGTERM, and wait for a clean exit.

        For a process that has worked: one that only just began does not handle it yet.
        """
        os.kill(pid, signal.SIGTERM)
        assert self.wait(pid, 40) == 0, self.log.read_text()

    def close(self) -> None:
        """Kill whatever is still running."""
        for pid in list(self._running):
            self.kill(pid)
        self._program.communicate()

    def _ask(self, **command: Any) -> Any:
        assert self._program.stdin
        assert self._program.stdout
        self._program.stdin.write(json.dumps(command) + "\n")
        self._program.stdin.flush()
        return json.loads(self._program.stdout.readline())


@dataclass
class Letterbox:
    """A real SMTP server that keeps every mail it accepted, including repetitions."""

    taken: list[tuple[str, str]] = field(default_factory=list)  # Message-ID, recipient
    _lock: Lock = field(default_factory=Lock)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content)
        with self._lock:
            self.taken += [(str(message["Message-ID"]), to) for to in envelope.rcpt_tos]
        return "250 OK"

    def controller(self, port: int) -> Controller:
        """The server, not started yet."""
        return Controller(self, hostname="127.0.0.1", port=port, timeout=60)


def mailing_to(port: int) -> dict[str, str]:
    """The settings of a house that mails to a server at this port."""
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "Zegel <zegel@it4.example>",
    }


@dataclass(frozen=True)
class Signed:
    """What was fixed before the first kill."""

    reference: str
    effective_date: Any
    fully_signed_at: Any


def remember(house: House, reference: str) -> Signed:
    """Record what must never change from now on."""
    agreement = house.agreement(reference)
    assert agreement.effective_date
    return Signed(reference, agreement.effective_date, agreement.fully_signed_at)


def wait_until_done(house: House, references: list[str], seconds: float) -> None:
    """Wait until everything is verified in the archive and every mail was sent.

    Jobs that died with several workers pause for up to an hour; here that hour is skipped.
    """

    def verified() -> bool:
        house.time_passes()
        return all(house.archive_state(each) == "verified" for each in references)

    def sent() -> bool:
        house.time_passes()
        return not house.rows("select 1 from messages where state in ('queued', 'failed')")

    until(
        verified,
        "verified in the archive",
        seconds,
    )
    until(
        sent,
        "every mail sent",
        seconds,
    )


def judge(house: House, signed: Signed, *, deeply: bool) -> None:
    """One original, equal everywhere; the same date; an unbroken log; a valid package."""
    agreement = house.agreement(signed.reference)
    assert agreement.state is State.COMPLETED
    assert agreement.effective_date == signed.effective_date
    assert agreement.fully_signed_at == signed.fully_signed_at
    events = Counter(house.events(signed.reference))
    once = ("original.closed", "evidence.made", "agreement.completed", "archive.verified")
    assert {name: events[name] for name in once} == dict.fromkeys(once, 1)
    assert (events["act.accepted"], events["act.sealed"]) == (3, 3)
    with house.deps.database.begin() as tx:
        original = tx.documents.original(agreement.id)
        recorded = {each.name: each for each in tx.archive.objects(agreement.id)}
        state = tx.archive.state(agreement.id)
        frozen = tx.documents.frozen_pdf(agreement.id, agreement.edition)
    assert original
    assert original.pdf
    assert state
    assert frozen
    kept = recorded["overeenkomst.pdf"]
    objects = house.deps.objects()
    assert objects.read_verified(kept.key, kept.version_id, original.sha256) == original.pdf
    report = check(objects, state.prefix)
    assert report.intact
    assert report.strange == ()
    if deeply:
        ledger = Ledger(original.sha256, frozen[1], len(frozen[0]))
        found = verify(original.pdf, roots=house.deps.authority().roots, ledger=ledger)
        assert found.verdict == GENUINE, found.answers


def judge_mails(house: House, letterbox: Letterbox, kills: int) -> int:
    """Every mail was sent; a repetition has the same Message-ID. Returns the number of
    repetitions."""
    rows = house.rows("select id, recipient, state, kind, agreement_id from messages")
    assert {row.state for row in rows} <= {"sent", "refused"}
    sent = {(message_id(str(row.id), "127.0.0.1"), row.recipient) for row in rows}
    due = {
        (message_id(str(row.id), "127.0.0.1"), row.recipient) for row in rows if row.state == "sent"
    }
    taken = Counter(letterbox.taken)
    assert due <= set(taken)
    assert set(taken) <= sent
    kinds = {(row.kind, str(row.agreement_id), row.recipient) for row in rows}
    once = [row for row in rows if row.kind in ("completed", "receipt", "countersign")]
    assert len([kind for kind in kinds if kind[0] in ("completed", "receipt", "countersign")]) == (
        len(once)
    )
    repeated = sum(taken.values()) - len(taken)
    assert repeated <= 4 * kills  # a worker sends at most four mails at once
    return repeated
