"""Examines a file of unknown origin in a sandboxed process of its own.

It limits itself before it reads (``limits``): processor time, memory, no files, no children, no
environment. The answer is JSON of bounded size, within limited time. One process (``serve``) loads
the libraries, reads no file and only forks, because an interpreter starts slowly; it ends with its
parent or when idle.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signatures.package.report import PackageReport
from signatures.package.zip_members import Unreadable
from signatures.sandbox.limits import LONGEST_ANSWER, Limits, limit
from signatures.sandbox.limits import NotExamined as NotExamined
from signatures.sandbox.paper import looked
from signatures.sandbox.told import package_report_of, package_values_of, report_of, values_of
from signatures.texts import words
from signatures.verdict.report import Ledger, Report

if TYPE_CHECKING:  # loads what only the sandbox needs
    from signatures.package.case import Trust

AT_ONCE = 2  # examinations per asking process
WAIT_SECONDS = 3.0
IDLE_SECONDS = 600.0
# Pages that were scanned are large, and few people add one.
PAPER_LIMITS = Limits(cpu_seconds=30, wall_seconds=60.0, memory=900_000_000)
PAPER_ANSWER = 60_000_000  # bytes
_ROOTS = ("roots", "stamp_roots", "person_roots")

_LIMITS = Limits()
_ROOT = Path(__file__).resolve().parents[2]
_free = BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """Too many files are being examined; worth retrying."""


def verify_apart(
    pdf: bytes,
    *,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate] = (),
    person_roots: Sequence[x509.Certificate] = (),
    ledger: Ledger | None = None,
    crls: Sequence[x509.CertificateRevocationList] = (),
    limits: Limits = _LIMITS,
) -> Report:
    """The report of ``verify`` on a file, from a sandboxed process. Raises NotExamined, Busy."""
    given = (roots, stamp_roots, person_roots)
    about = {"ledger": asdict(ledger) if ledger else None}
    return report_of(_examined(pdf, given, crls, limits, about))


def judge_apart(
    package: bytes,
    *,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate] = (),
    person_roots: Sequence[x509.Certificate] = (),
    recorded_sheet: str = "",
    crls: Sequence[x509.CertificateRevocationList] = (),
    limits: Limits = _LIMITS,
) -> PackageReport:
    """The report of ``judge`` on a zipped package, from a sandboxed process.

    Raises NotExamined, Busy, Unreadable.
    """
    given = (roots, stamp_roots, person_roots)
    told = _examined(package, given, crls, limits, {"recorded_sheet": recorded_sheet})
    if "unreadable" in told:
        raise Unreadable(told["unreadable"])
    return package_report_of(told)


def look_apart(data: bytes, media_type: str) -> dict[str, Any]:
    """What ``paper.looked`` says, from a sandboxed process. Raises NotExamined, Busy."""
    return _examined(data, ((), (), ()), (), PAPER_LIMITS, {"paper": media_type}, PAPER_ANSWER)


def _examined(
    data: bytes,
    roots: tuple[Sequence[x509.Certificate], ...],
    crls: Sequence[x509.CertificateRevocationList],
    limits: Limits,
    about: dict[str, Any],
    longest: int = LONGEST_ANSWER,
) -> dict[str, Any]:
    """The values of a report. Raises NotExamined, Busy."""
    question = {
        **dict(zip(_ROOTS, map(_pem, roots), strict=True)),
        "crls": [each.public_bytes(Encoding.PEM).decode() for each in crls],
        "limits": asdict(limits),
        **about,
    }
    if not _free.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        told = _ask(json.dumps(question).encode() + b"\n" + data, limits.wall_seconds, longest)
    finally:
        _free.release()
    try:
        found: dict[str, Any] = json.loads(told)
    except ValueError as cut_off:
        raise NotExamined from cut_off
    return found


def _pem(certificates: Sequence[x509.Certificate]) -> list[str]:
    return [each.public_bytes(Encoding.PEM).decode() for each in certificates]


def _ask(question: bytes, seconds: float, longest: int) -> bytes:
    """The sandboxed process's answer, perhaps empty. Raises NotExamined when late."""
    here, there = socket.socketpair()
    with here:
        with there:
            _server.hand_over(there)
        here.settimeout(seconds)
        try:
            # The process may have ended already; whatever it answered is read below.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                here.sendall(question)
                here.shutdown(socket.SHUT_WR)
            parts = []
            while part := here.recv(65_536):
                parts.append(part)
                if sum(map(len, parts)) > longest:
                    raise NotExamined
        except (TimeoutError, ConnectionResetError) as slow:
            raise NotExamined from slow
        return b"".join(parts)


class _Server:
    """The process that forks; started at first use and when it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def hand_over(self, connection: socket.socket) -> None:
        """Let a new process answer on this connection."""
        with self._lock:
            if self._line is None or self._owner != os.getpid():
                self._start()
            try:
                self._send(connection)
            except OSError:  # it ended: idle too long, or killed
                self._start()
                self._send(connection)

    def _send(self, connection: socket.socket) -> None:
        if self._line is None:
            raise BrokenPipeError
        socket.send_fds(self._line, [b"?"], [connection.fileno()])

    def _start(self) -> None:
        # A forked copy of this process starts its own server.
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.wait()
        here, there = socket.socketpair()
        with there:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-E",
                    "-s",
                    "-m",
                    "signatures.sandbox.examine",
                    str(there.fileno()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env={},
                pass_fds=[there.fileno()],
            )
        self._line, self._owner = here, os.getpid()


_server = _Server()


def serve(line: socket.socket) -> None:
    """The process that forks: one child for each connection received over ``line``."""
    # Loaded once, for all children.
    from signatures.package.verdict import judge  # noqa: PLC0415, F401
    from signatures.sandbox.warm_up import rehearse  # noqa: PLC0415

    words()
    rehearse()
    gc.freeze()  # keep memory shared: collectors of the children must not write to it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped automatically
    line.settimeout(IDLE_SECONDS)
    while True:
        try:
            asked, connections, _, _ = socket.recv_fds(line, 1, 1)
        except TimeoutError:
            return
        if not asked:
            return
        with socket.socket(fileno=connections[0]) as connection:
            if os.fork() == 0:
                line.close()
                _answer_and_end(connection)


def _answer_and_end(connection: socket.socket) -> None:
    status = 1
    try:
        answer(connection)
        connection.close()  # the caller waits for this, not for the memory to be freed
        status = 0
    finally:
        os._exit(status)  # no cleanup of the forking process may run twice


def answer(connection: socket.socket) -> None:
    """One examination: read the question from the connection, write the report."""
    # Loaded by the process that forked this one.
    from signatures.package.case import Trust  # noqa: PLC0415

    with connection.makefile("rwb") as stream:
        question = json.loads(stream.readline())
        limits = Limits(**question["limits"])
        limit(limits)
        roots, stamp_roots, person_roots = (
            [x509.load_pem_x509_certificate(pem.encode()) for pem in question[kind]]
            for kind in _ROOTS
        )
        trust = Trust(
            roots,
            stamp_roots,
            person_roots,
            [x509.load_pem_x509_crl(pem.encode()) for pem in question["crls"]],
            recorded_sheet=question.get("recorded_sheet", ""),
        )
        told = _told(stream.read(), question, trust)
        stream.write(json.dumps(told, default=_iso).encode())


def _iso(moment: date) -> str:
    """Of a date, or of a moment."""
    return moment.isoformat()


def _told(data: bytes, question: dict[str, Any], trust: Trust) -> dict[str, Any]:
    if "ledger" in question:
        return values_of(trust.verify(data, _ledger(question["ledger"])))
    if "paper" in question:
        return looked(data, question["paper"])
    # Loaded by the process that forked this one.
    from signatures.package.files import read_zip  # noqa: PLC0415
    from signatures.package.verdict import judge  # noqa: PLC0415

    try:
        return package_values_of(judge(read_zip(data), trust))
    except Unreadable as strange:
        return {"unreadable": str(strange)}


def _ledger(values: dict[str, Any] | None) -> Ledger | None:
    return Ledger(**{**values, "fields": tuple(values["fields"])}) if values else None


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as line:
        serve(line)
