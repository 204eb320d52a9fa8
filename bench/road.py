"""The road of one agreement without pages, for the bench and the tests.

The stops: created, sent, opened, completed, ready, read, proved, prepared, signed, countersigned,
archived. This process does the worker's work. ``service/commands/road.py`` walks through the pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.agreement.capabilities import code_for, token_for
from service.agreement.drafting import Input
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff
from service.agreement.states import Order
from service.deps import Deps
from service.running.first_start import as_input, read_example
from service.workflow.actors import Client
from service.workflow.keeping import archive
from service.workflow.offer import create, generate, send
from service.workflow.sealing import close, seal
from service.workflow.signing import (
    complete,
    countersign,
    open_link,
    open_text,
    prove_mailbox,
    read,
    sign,
)

BROWSER = Client("203.0.113.9", "Firefox")


@dataclass(frozen=True)
class Sample:
    """What sales and the signer type."""

    sales: Input
    details: Input
    annex: Input

    def offered(self, **fields: str) -> Input:
        """What sales types for a pre-signed offer: everything."""
        parts = (self.details, self.annex, self.sales)
        typed = {name: value for part in parts for name, value in part.fields.items()}
        return Input(
            {**typed, "order": "processor_first", **fields},
            self.sales.services,
            self.annex.chosen,
            self.annex.typed,
        )


def read_sample() -> Sample:
    """The sample of ``examples/agreement.json``."""
    example = read_example("agreement")
    controller = as_input(example["controller"])
    return Sample(as_input(example["sales"]), controller, controller)


@dataclass
class Road:
    """One installation, one member of staff with all permissions, and what is typed."""

    deps: Deps
    staff: Staff
    password: str
    sample: Sample

    # --- the offer --------------------------------------------------------------------------

    def created(self, **fields: str) -> str:
        """A draft of sales, with these fields instead of the sample's."""
        return self.create(Input({**self.sample.sales.fields, **fields}, *self._lists()))

    def create(self, given: Input) -> str:
        """The member of staff also signs for the processor."""
        given = Input(
            {"countersigner": self.staff.id, **given.fields},
            given.services,
            given.chosen,
            given.typed,
        )
        return create.create(self.deps, given, self.staff)

    def sent(self, **fields: str) -> str:
        reference = self.created(**fields)
        send.send(self.deps, reference, self.staff)
        return reference

    def pre_signed(self, **fields: str) -> str:
        """An offer signed first by the processor; its document is made."""
        reference = self.create(self.sample.offered(**fields))
        send.send(self.deps, reference, self.staff)
        self.generate(reference)
        return reference

    def new_ready(self, order: str = Order.CONTROLLER_FIRST.value) -> str:
        if order == Order.PROCESSOR_FIRST.value:
            return self.pre_signed()
        reference = self.sent()
        self.ready(reference)
        return reference

    def generate(self, reference: str) -> None:
        """The worker makes the document."""
        generate.generate(self.deps, self.agreement(reference).id)

    # --- the controller ---------------------------------------------------------------------

    def opened(self, reference: str) -> str:
        """Exchange the link for a session; returns the browser's secret."""
        return open_link.enter(self.deps, self.token(reference), BROWSER)

    def completed(self, reference: str, **details: str) -> str:
        """Both forms are filled in; the document is made."""
        secret = self.opened(reference)
        self.completes(secret, **details)
        return secret

    def completes(self, secret: str, **details: str) -> None:
        given = Input({**self.sample.details.fields, **details})
        complete.save_details(self.deps, secret, given, BROWSER)
        complete.save_annex(self.deps, secret, self.sample.annex, BROWSER)

    def ready(self, reference: str, **details: str) -> str:
        """The document is made, and frozen."""
        secret = self.completed(reference, **details)
        self.generate(reference)
        return secret

    def read(self, reference: str, secret: str) -> str:
        shown, view = self.shown(reference), self.view(reference)
        read.confirm_reading(self.deps, secret, shown, BROWSER, view_sha256=view)
        return secret

    def proved(self, reference: str, secret: str) -> str:
        """Read, and the mailed code is typed."""
        self.read(reference, secret)
        code = self.mailed_code(reference, secret)
        prove_mailbox.confirm_code(self.deps, secret, code, BROWSER)
        return secret

    def mailed_code(self, reference: str, secret: str) -> str:
        """The code that the signer asks for now."""
        prove_mailbox.request_code(self.deps, secret, BROWSER)
        return self.newest_code(reference)

    def prepared(self, reference: str, secret: str, **other: Any) -> str:
        """Only the second tap, which signs both, is missing."""
        self.proved(reference, secret)
        self.prepare(reference, secret, **other)
        return secret

    def prepare(self, reference: str, secret: str, **other: Any) -> None:
        """The first tap."""
        values: dict[str, Any] = {
            "said": set(sign.AGREEMENT_STATEMENTS),
            "method": "typed",
            "typed": self.sample.details.fields["signatory_name"],
            "picture": b"",
            **other,
        }
        values.setdefault("document_sha256", self.shown(reference))
        sign.prepare(self.deps, secret, **values)

    def sign(self, reference: str, secret: str, **other: Any) -> sign.Receipt:
        """The second tap."""
        values: dict[str, Any] = {"said": {"annex_sign"}, "client": BROWSER, **other}
        values.setdefault("document_sha256", self.shown(reference))
        return sign.sign(self.deps, secret, **values)

    def signed(self, reference: str) -> str:
        """From the link to the controller's receipt."""
        return self.signs(reference, self.ready(reference))

    def signs(self, reference: str, secret: str = "") -> str:
        """The controller signs a made document, without a secret in a new browser."""
        secret = self.prepared(reference, secret or self.opened(reference))
        self.sign(reference, secret)
        return secret

    # --- the processor ----------------------------------------------------------------------

    def open_waiting(self, staff: Staff | None = None) -> None:
        """Read all that waits for our signature."""
        staff = staff or self.staff
        while unread := open_text.to_read(self.deps, staff).unread:
            shown = {each.agreement.reference: each.sha256 for each in unread}
            if failed := open_text.note_read(self.deps, shown, staff, BROWSER):
                raise LookupError(failed)

    def countersign(self, *references: str, **other: Any) -> list[countersign.Outcome]:
        """Sign these after reading all that waits, or ``shown``: digests of documents read
        before."""
        values: dict[str, Any] = {
            "password": self.password,
            "confirmed": True,
            "method": "typed",
            "typed": self.staff.name,
            "picture": b"",
            "staff": self.staff,
            "client": BROWSER,
            **other,
        }
        shown = values.pop("shown", None)
        if shown is None:
            if references and values["staff"].may(Permission.COUNTERSIGN):
                self.open_waiting(values["staff"])
            shown = self.all_shown(references)
        return countersign.countersign(self.deps, shown, **values)

    def countersigned(self, *references: str) -> None:
        """The same. Raises what refuses a signature."""
        for outcome in self.countersign(*references):
            if outcome.refusal:
                raise outcome.refusal

    def archive(self, reference: str) -> None:
        """Seal, close and store an agreement that both signed."""
        for step in (seal.seal, close.close, archive.archive):
            step(self.deps, self.agreement(reference).id)

    # --- what the database knows ------------------------------------------------------------

    def agreement(self, reference: str) -> Agreement:
        with self.deps.database.begin() as tx:
            return tx.agreements.get(reference)

    def shown(self, reference: str) -> str:
        """The digest of the frozen document."""
        return self.agreement(reference).frozen_sha256

    def newest_code(self, reference: str) -> str:
        """The last code mailed for the current link. Raises LookupError."""
        link_id = self.link_id(reference)
        with self.deps.database.begin() as tx:
            challenge = tx.codes.newest_challenge(link_id)
        if challenge is None:
            raise LookupError(reference)
        return code_for(self.deps.secret_key, challenge.id)

    def frozen(self, reference: str) -> bytes:
        """The document shown to both parties. Raises LookupError."""
        with self.deps.database.begin() as tx:
            agreement = tx.agreements.get(reference)
            found = tx.documents.frozen_pdf(agreement.id, agreement.edition)
        if found is None or found[0] is None:
            raise LookupError(reference)
        return found[0]

    def all_shown(self, references: Iterable[str]) -> dict[str, str]:
        return {each: self.shown(each) for each in references}

    def view(self, reference: str) -> str:
        """The digest of the reading view, or ''."""
        with self.deps.database.begin() as tx:
            agreement = tx.agreements.get(reference)
            view = tx.openings.view(agreement.id, agreement.edition)
        return view.sha256 if view else ""

    def link_id(self, reference: str) -> str:
        """Of the current link. Raises LookupError."""
        with self.deps.database.begin() as tx:
            link = tx.signing.live_link(tx.agreements.get(reference).id)
        if link is None:
            raise LookupError(reference)
        return link.id

    def token(self, reference: str) -> str:
        """The secret part of the mailed link."""
        return token_for(self.deps.secret_key, self.link_id(reference))

    def _lists(self) -> tuple[Any, Any, Any]:
        sales = self.sample.sales
        return sales.services, sales.chosen, sales.typed
