"""A file of unknown origin is examined in a process apart, which gets only so much and no more.

A PDF can be made to keep a parser busy for hours or to unfold into gigabytes. The process that
reads it therefore limits itself before its first byte comes in: processor time, memory, no files,
no children, no inherited environment, a lower priority; whoever started it waits only so long.
What comes back is JSON of bounded size, never an object.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signatures.printed import Agreement
from signatures.report import Answer, FoundSeal, Ledger, Report

OPEN_FILES = 32
AT_ONCE = 2  # in one process that asks
WAIT_SECONDS = 3.0
MOST_SEALS = 20
LONGEST_WORDS = 300  # characters of a name or a reason that stand in the file
LOWER_PRIORITY = 5


@dataclass(frozen=True)
class Limits:
    """What one examination may take. A sealed original takes a quarter of a second.

    ``memory`` is address space in bytes; the libraries alone take a third of it.
    """

    cpu_seconds: int = 10
    wall_seconds: float = 40.0
    memory: int = 1 << 30


_LIMITS = Limits()
_ROOT = Path(__file__).resolve().parents[1]
_free = BoundedSemaphore(AT_ONCE)


class NotExamined(Exception):
    """The file asks more of the examination than it may take; nothing is known about it."""


class Busy(Exception):
    """Too many files are being examined at this moment; worth trying again."""


def verify_apart(
    pdf: bytes,
    *,
    roots: Sequence[x509.Certificate],
    ledger: Ledger | None = None,
    crls: Sequence[x509.CertificateRevocationList] = (),
    limits: Limits = _LIMITS,
) -> Report:
    """What ``verify`` says of a file, found in a process apart. Raises NotExamined, Busy."""
    question = {
        "roots": [root.public_bytes(Encoding.PEM).decode() for root in roots],
        "crls": [crl.public_bytes(Encoding.PEM).decode() for crl in crls],
        "ledger": asdict(ledger) if ledger else None,
        "limits": asdict(limits),
    }
    if not _free.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        done = subprocess.run(
            [sys.executable, "-E", "-s", "-m", "signatures.apart"],
            input=json.dumps(question).encode() + b"\n" + pdf,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={},
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise NotExamined from slow
    finally:
        _free.release()
    if done.returncode != 0:
        raise NotExamined
    return _report(json.loads(done.stdout))


def answer() -> None:
    """The process apart: a question on standard input, the report on standard output."""
    # Imported here, as whoever asks needs no PDF library; and before the limits are set.
    from signatures.verify import verify  # noqa: PLC0415

    question = json.loads(sys.stdin.buffer.readline())
    limit(Limits(**question["limits"]))
    roots = [x509.load_pem_x509_certificate(pem.encode()) for pem in question["roots"]]
    ledger = Ledger(**question["ledger"]) if question["ledger"] else None
    crls = [x509.load_pem_x509_crl(pem.encode()) for pem in question["crls"]]
    report = _bounded(verify(sys.stdin.buffer.read(), roots=roots, ledger=ledger, crls=crls))
    sys.stdout.write(json.dumps(asdict(report), default=datetime.isoformat))


def limit(limits: Limits) -> None:
    """Let this process take no more than the limits from here on; nothing raises them again."""
    most = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    if sys.platform == "linux":  # elsewhere the kernel does not keep it
        most[resource.RLIMIT_AS] = limits.memory
    for kind, value in most.items():
        resource.setrlimit(kind, (value, value))
    os.nice(LOWER_PRIORITY)


def _bounded(report: Report) -> Report:
    """Nothing that a file says of itself fills the answer, or cannot be shown."""
    seals = tuple(
        replace(
            seal,
            field=_words(seal.field),
            name=_words(seal.name),
            reason=_words(seal.reason),
            capacity=_words(seal.capacity),
        )
        for seal in report.seals[:MOST_SEALS]
    )
    answers = tuple(replace(each, detail=_words(each.detail)) for each in report.answers)
    return replace(report, answers=answers, seals=seals)


def _words(said: str) -> str:
    return said[:LONGEST_WORDS].encode(errors="replace").decode()


def _report(values: dict[str, Any]) -> Report:
    return Report(
        **{
            **values,
            "answers": tuple(Answer(**each) for each in values["answers"]),
            "seals": tuple(FoundSeal(**{**each, **_moments(each)}) for each in values["seals"]),
            "agreement": Agreement(**values["agreement"]) if values["agreement"] else None,
        }
    )


def _moments(seal: dict[str, Any]) -> dict[str, datetime | None]:
    return {
        name: datetime.fromisoformat(seal[name]) if seal[name] else None
        for name in ("token_time", "signed_at")
    }


if __name__ == "__main__":
    answer()
