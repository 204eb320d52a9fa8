"""A complete running stack to measure, and the steps of an agreement's journey.

The stack is that of ``zegel run``: embedded PostgreSQL and SeaweedFS, the web server and the worker
in separate processes. The bench opens the same engines, so that it can do the unmeasured steps
without pages.
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
from typing import Any

from bench.waits import Waits
from service.agreement.capabilities import code_for, token_for
from service.agreement.permissions import Staff
from service.commands.demo import with_own_password
from service.database.log.audit_log import Entry
from service.deps import Deps
from service.engines.process import free_ports
from service.running.first_start import ADMINISTRATOR, as_input, read_example, sales_input
from service.running.supervisor import Running, stack
from service.settings.choices import DEVELOPMENT
from service.settings.table import Settings, load_settings
from service.wiring.build import build, libpq_url
from service.workflow.actors import Client
from service.workflow.offer.create import create
from service.workflow.offer.send import send
from service.workflow.signing.complete import save_annex, save_details
from service.workflow.signing.countersign import countersign
from service.workflow.signing.open_link import enter
from service.workflow.signing.open_text import note_view
from service.workflow.signing.prove_mailbox import confirm_code, request_code
from service.workflow.signing.read import confirm_reading
from service.workflow.signing.sign import AGREEMENT_STATEMENTS, prepare, sign
from service.workflow.telling.links import address

BROWSER = Client("127.0.0.1", "zegel-bench")
CLIENTS = 4


@dataclass(frozen=True)
class Opened:
    """An agreement whose link was exchanged; ``secret`` is the signer's cookie."""

    id: str
    reference: str
    link_id: str
    secret: str


class Workshop:
    """The running stack, with direct access to its engines."""

    def __init__(self, running: Running, settings: Settings, deps: Deps) -> None:
        if running.first_sign_in is None:
            raise LookupError("the bench needs a fresh installation")
        self.url = running.url
        self.port = settings.port
        self.deps = deps
        self.sign_in = running.first_sign_in
        self.example: dict[str, Any] = read_example("agreement")
        self._worker = running.processes["worker"].pid
        self.wait = Waits(libpq_url(running.engines.database_url))
        self._numbers = itertools.count(1)
        with deps.database.begin() as tx:
            account = tx.accounts.by_email(ADMINISTRATOR)
        if account is None:
            raise LookupError(ADMINISTRATOR)
        self.staff: Staff = account.person

    # --- the journey, without pages ---------------------------------------------------------

    def sales(self) -> dict[str, Any]:
        """What sales types; another organisation every time, as in life."""
        return {**self.example["sales"], "name": f"Bakkerij Peeters {next(self._numbers)}"}

    def opened(self) -> Opened:
        """Created, sent, and its link exchanged."""
        reference = create(self.deps, sales_input({"sales": self.sales()}), self.staff)
        send(self.deps, reference, self.staff)
        agreement_id, link_id = self.ids(reference)
        secret = enter(self.deps, token_for(self.deps.secret_key, link_id), BROWSER)
        return Opened(agreement_id, reference, link_id, secret)

    def completed(self) -> Opened:
        """Both forms are filled in; the worker makes the document."""
        found = self.opened()
        given = as_input(self.example["controller"])
        save_details(self.deps, found.secret, given, BROWSER)
        save_annex(self.deps, found.secret, given, BROWSER)
        return found

    def ready(self) -> Opened:
        """The document is frozen."""
        found = self.completed()
        self.wait.for_state(found.id, "ready")
        return found

    def proved(self) -> Opened:
        """Read, and the mailbox is proved."""
        found = self.ready()
        sha256, view = self.sha256(found), self.view(found)
        confirm_reading(self.deps, found.secret, sha256, BROWSER, view_sha256=view)
        request_code(self.deps, found.secret, BROWSER)
        confirm_code(self.deps, found.secret, self.code(found.link_id), BROWSER)
        return found

    def prepared(self) -> Opened:
        """The first tap is done; the second one signs."""
        found = self.proved()
        prepare(
            self.deps,
            found.secret,
            document_sha256=self.sha256(found),
            said=set(AGREEMENT_STATEMENTS),
            method="typed",
            typed=self.example["controller"]["signatory_name"],
            picture=b"",
        )
        return found

    def signed(self) -> Opened:
        found = self.prepared()
        self.sign(found, self.sha256(found))
        return found

    def sign(self, found: Opened, sha256: str) -> None:
        """The second tap."""
        sign(self.deps, found.secret, document_sha256=sha256, said={"annex_sign"}, client=BROWSER)

    def countersign(self, found: Opened) -> None:
        """The last signature, after the text was opened."""
        note_view(self.deps, found.reference, self.view(found), self.staff, BROWSER)
        outcomes = countersign(
            self.deps,
            {found.reference: self.sha256(found)},
            password=self.sign_in.password,
            confirmed=True,
            method="typed",
            typed=self.staff.name,
            picture=b"",
            staff=self.staff,
            client=BROWSER,
        )
        if outcomes[0].refusal:
            raise outcomes[0].refusal

    def several(self, count: int, step: str) -> list[Opened]:
        """``count`` agreements at a step of the journey, prepared a few at a time."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(lambda _: getattr(self, step)(), range(count)))

    # --- values in the database -----------------------------------------------------------

    def ids(self, reference: str) -> tuple[str, str]:
        """The agreement's id and that of its current link."""
        with self.deps.database.begin() as tx:
            agreement = tx.agreements.get(reference)
            link = tx.signing.live_link(agreement.id)
        if link is None:
            raise LookupError(reference)
        return agreement.id, link.id

    def link(self, reference: str) -> tuple[str, str]:
        """The link's id and the address that was mailed."""
        _, link_id = self.ids(reference)
        return link_id, address(self.deps, link_id)

    def code(self, link_id: str) -> str:
        """The most recently mailed code."""
        with self.deps.database.begin() as tx:
            challenge = tx.signing.last_challenge(link_id)
        if challenge is None:
            raise LookupError(link_id)
        return code_for(self.deps.secret_key, challenge.id)

    def sha256(self, found: Opened) -> str:
        """Of the frozen document."""
        with self.deps.database.begin() as tx:
            return tx.agreements.get_by_id(found.id).frozen_sha256

    def view(self, found: Opened) -> str:
        """The SHA-256 of its reading view."""
        with self.deps.database.begin() as tx:
            agreement = tx.agreements.get_by_id(found.id)
            view = tx.openings.view(agreement.id, agreement.edition)
        if view is None:
            raise LookupError(found.reference)
        return view.sha256

    def frozen(self, found: Opened) -> bytes:
        """The document that both parties are shown."""
        with self.deps.database.begin() as tx:
            agreement = tx.agreements.get_by_id(found.id)
            frozen = tx.documents.frozen_pdf(agreement.id, agreement.edition)
        if frozen is None or frozen[0] is None:
            raise LookupError(found.reference)
        return frozen[0]

    def log(self, agreement_id: str) -> list[Entry]:
        """The agreement's log: every step with the database's instant."""
        with self.deps.database.begin() as tx:
            return tx.audit.of(agreement_id)

    def hang_up(self) -> None:
        """Close the bench's own connections: each costs the database memory."""
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
