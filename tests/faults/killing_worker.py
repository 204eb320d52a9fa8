"""Processes of the service that kill themselves at a named point.

A separate program: it loads the service once and forks for every start, since loading takes longer
than most of the interrupted work. The processes run what ``zegel web`` and ``zegel worker`` run,
each in its own session.

A point is ``name:before|after:number``: the moment before or after the given call of the function
that ``TARGETS`` names. ``one>other:before:2`` counts calls of the second function from the end of
the first function's first call. Commands and answers are JSON, one per line.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import itertools
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from procrastinate.manager import JobManager
from sqlalchemy.engine.default import DefaultDialect

import service.workflow.bulk.lines
import service.workflow.keeping.archive
import service.workflow.sealing.seal
import service.workflow.signing.countersign
from service.database.agreement.documents import Documents
from service.database.agreement.seals import Seals
from service.database.bulk.lines import ImportLines
from service.database.keeping.archive import ArchiveRecords
from service.database.people.mandates import Mandates
from service.database.queue.jobs import Jobs
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.mail.smtp import SmtpMailer
from service.running import processes, worker
from service.running.jobs import JOBS
from service.settings.table import Settings, load_settings
from service.workflow.tasks import SEAL
from signatures.sealing.seal import Sealer
from storage.objects import ObjectStore

TARGETS: dict[str, tuple[Any, str]] = {
    "accept": (service.workflow.signing.countersign, "accept"),
    "commit": (DefaultDialect, "do_commit"),
    "defer": (Jobs, "defer"),
    "seal_act": (Sealer, "seal_act"),
    "keep_seal": (Seals, "add"),
    "close": (Sealer, "close"),
    "make_sheet": (DocumentMaker, "evidence_sheet"),
    "seal_sheet": (Sealer, "seal_sheet"),
    "keep_original": (Documents, "add_original"),
    "put": (ObjectStore, "put_once"),
    "note_objects": (ArchiveRecords, "put_objects"),
    "note_state": (ArchiveRecords, "set_state"),
    "read_back": (service.workflow.keeping.archive, "examine"),
    "settle": (Mandates, "settle"),
    "mail": (SmtpMailer, "send"),
    "add_agreement": (service.workflow.bulk.lines, "add"),
    "send_agreement": (service.workflow.bulk.lines, "send_in"),
    "mark_line": (ImportLines, "mark"),
    "acknowledge": (JobManager, "finish_job"),
}
# Loaded beforehand; each process would otherwise load it at first use.
LOADED_LATER = ("boto3", "service.app", "service.running.server", "service.running.worker")


def deadly(given: Callable[[], Settings]) -> None:
    """A worker that begins ``TOGETHER`` seals at once; the seal of the agreement ``DEADLY`` then
    kills the process."""
    real = service.workflow.sealing.seal.seal
    together = threading.Barrier(int(os.environ["TOGETHER"]))

    def seal(deps: Deps, agreement_id: str) -> None:
        if not together.broken and together.parties > 1:
            together.wait()
        if agreement_id == os.environ["DEADLY"]:
            os.kill(os.getpid(), signal.SIGKILL)
        real(deps, agreement_id)

    jobs = [dataclasses.replace(job, step=seal) if job.task is SEAL else job for job in JOBS]
    worker.register = functools.partial(worker.register, jobs=jobs)  # type: ignore[assignment]
    processes.work(given)


ROLES: dict[str, Callable[..., None]] = {
    "worker": processes.work,
    "web": processes.serve,
    "deadly": deadly,
}


def arm(point: str) -> None:
    """Let this process die at ``point``."""
    armed = [True]
    if ">" in point:
        first, point = point.split(">")
        armed = []
        _wrap(first, lambda: None, lambda: armed.append(True))
    name, moment, number = point.split(":")
    calls = itertools.count(1)

    def die_at_the_number() -> None:
        if armed and next(calls) == int(number):
            os.killpg(os.getpgrp(), signal.SIGKILL)
            signal.pause()

    if moment == "before":
        _wrap(name, die_at_the_number, lambda: None)
    else:
        _wrap(name, lambda: None, die_at_the_number)


def _wrap(name: str, before: Callable[[], None], after: Callable[[], Any]) -> None:
    owner, attribute = TARGETS[name]
    real = getattr(owner, attribute)

    @functools.wraps(real)
    def watched(*args: Any, **kwargs: Any) -> Any:
        before()
        result = real(*args, **kwargs)
        after()
        return result

    @functools.wraps(real)
    async def watched_later(*args: Any, **kwargs: Any) -> Any:
        before()
        result = await real(*args, **kwargs)
        after()
        return result

    setattr(owner, attribute, watched_later if inspect.iscoroutinefunction(real) else watched)


def start(role: str, environment: dict[str, str], point: str, log: str) -> int:
    """Fork; returns the process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(environment)
        if point:
            arm(point)
        ROLES[role](lambda: load_settings(environment))
    except SystemExit:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def wait(pid: int, seconds: float) -> int | None:
    """The process's exit status (negative for a signal), or None while it runs."""
    end = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            return None
        time.sleep(0.005)


def main() -> None:
    """Carry out the commands on standard input."""
    for name in LOADED_LATER:
        importlib.import_module(name)
    for line in sys.stdin:
        command = json.loads(line)
        action = {"start": start, "wait": wait}[command.pop("do")]
        print(json.dumps(action(**command)), flush=True)


if __name__ == "__main__":
    main()
