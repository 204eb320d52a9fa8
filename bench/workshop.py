"""A complete running stack to measure, and agreements brought to a stop of the road.

The stack is ``zegel run`` in separate processes; the bench opens the same engines, for the
unmeasured steps without pages.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.road import Road, read_sample
from bench.waits import Waits
from service.commands.demo import with_own_password
from service.database.log.audit_log import Entry
from service.deps import Deps
from service.engines.process import free_ports
from service.running.first_start import ADMINISTRATOR
from service.running.supervisor import Running, stack
from service.settings.choices import DEVELOPMENT
from service.settings.table import Settings, load_settings
from service.wiring.build import build, libpq_url
from service.workflow.telling.links import address

CLIENTS = 4


class Opened(NamedTuple):
    """An agreement with an exchanged link; ``secret`` is the signer's cookie."""

    reference: str
    secret: str


@dataclass
class WorkerRoad(Road):
    """The same road, where the worker makes the documents."""

    wait: Waits

    def generate(self, reference: str) -> None:
        self.wait.for_state(reference, "ready")


class Workshop:
    """The running stack, with direct access to its engines."""

    def __init__(self, running: Running, settings: Settings, deps: Deps) -> None:
        if running.first_sign_in is None:
            raise LookupError("the bench needs a fresh installation")
        self.url = running.url
        self.owner_url = running.engines.owner_url or running.engines.database_url
        self.port = settings.port
        self.deps = deps
        self.sign_in = running.first_sign_in
        self._worker = running.processes["worker"].pid
        self.wait = Waits(libpq_url(running.engines.database_url))
        self._numbers = itertools.count(1)
        with deps.database.begin() as tx:
            account = tx.accounts.by_email(ADMINISTRATOR)
        if account is None:
            raise LookupError(ADMINISTRATOR)
        password = running.first_sign_in.password
        self.road = WorkerRoad(deps, account.person, password, read_sample(), self.wait)

    def customer(self) -> str:
        """Another organisation every time, as in life."""
        return f"Bakkerij Peeters {next(self._numbers)}"

    def new(self, stop: str) -> Opened:
        """A new agreement at a stop, at the earliest ``opened``."""
        reference, reach = self.road.sent(name=self.customer()), getattr(self.road, stop)
        continues = stop in ("proved", "prepared")
        given = [self.road.ready(reference)] if continues else []
        return Opened(reference, reach(reference, *given))

    def several(self, count: int, stop: str) -> list[Opened]:
        """So many agreements at a stop, a few at a time."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(lambda _: self.new(stop), range(count)))

    def link(self, reference: str) -> str:
        """The address that was mailed."""
        return address(self.deps, self.road.link_id(reference))

    def log(self, reference: str) -> list[Entry]:
        """Every step with the database's instant."""
        with self.deps.database.begin() as tx:
            return tx.audit.of(tx.agreements.get(reference).id)

    def hang_up(self) -> None:
        """Close the bench's connections: each costs memory."""
        self.wait.close()
        self.deps.database.close()

    @contextmanager
    def worker_paused(self) -> Iterator[None]:
        """Pause the worker, to measure the web processes alone."""
        os.kill(self._worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._worker, signal.SIGCONT)


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A new stack in its own directory, removed afterwards."""
    with ExitStack() as opened:
        os.environ["ZEGEL_BULK_MAILS_PER_MINUTE"] = "0"  # W7 measures how fast it can be
        data = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="zegel-bench-")))
        settings = settings_for(data)
        running = opened.enter_context(stack(settings))
        found = running.engines
        deps = build(settings, found.database_url, found.store)
        opened.callback(deps.close)
        open_workshop = Workshop(with_own_password(running), settings, deps)
        opened.callback(open_workshop.wait.close)
        yield open_workshop


def settings_for(data: Path) -> Settings:
    """Development mode on a free port, all else default."""
    given = {"ZEGEL_DATA": str(data), "ZEGEL_PORT": str(free_ports(1)[0])}
    return dataclasses.replace(load_settings(given, mode_default=DEVELOPMENT))
