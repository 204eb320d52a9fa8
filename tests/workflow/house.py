"""The people and their steps for tests; everything real, jobs run by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from emptied import as_owner
from kept import engine_for
from sqlalchemy import text

from service.agreement.capabilities import Purpose, code_for, token_for
from service.agreement.drafting import Input
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Role, Staff
from service.database.queue.messages import Message
from service.deps import Deps
from service.workflow.actors import Client
from service.workflow.keeping import archive
from service.workflow.offer import create, generate, send
from service.workflow.sealing import close, seal
from service.workflow.signing import (
    complete,
    countersign,
    delegate,
    open_link,
    open_text,
    prove_mailbox,
    read,
    sign,
)
from service.workflow.telling import deliver

PROCESSOR = {
    "name": "Christophe Zenner",
    "trade_name": "IT4Professionals",
    "enterprise_number": "0863.643.458",
    "street": "Voorbeeldstraat 1",
    "postcode": "9000",
    "city": "Gent",
    "email": "info@it4professionals.example",
    "phone": "+32 9 234 56 78",
    "representative_name": "Christophe Zenner",
    "representative_function": "Zaakvoerder",
}
SALES = {
    "name": "Bakkerij Peeters",
    "number": "0403.170.701",
    "signatory_name": "An Peeters",
    "signatory_email": "an@peeters.example",
}
DETAILS = {
    **SALES,
    "kind": "legal_entity",
    "legal_form": "BV",
    "country": "BE",
    "street": "Molenstraat 3",
    "postcode": "2000",
    "city": "Antwerpen",
    "signatory_function": "Bestuurder",
    "notices_email": "info@peeters.example",
}
LISTS: dict[str, Any] = {
    "chosen": {"personal_data": ["name", "contact"], "data_subjects": ["customers"]},
    "typed": {"personal_data": ["Allergieën van klanten"], "data_subjects": []},
}
COLLEAGUE = {
    "name": "Jan Claes",
    "function": "Zaakvoerder",
    "email": "jan@peeters.example",
    "message": "Kan jij dit doen?",
}
PRE_SIGNED = {**DETAILS, "order": "processor_first", "dpo_answer": "no"}
BROWSER = Client("203.0.113.9", "Firefox")
EVERYBODY = frozenset(Role)


@dataclasses.dataclass
class House:
    """One installation with one member of staff who has every role."""

    deps: Deps
    staff: Staff
    password: str

    def draft(self, fields: Mapping[str, Any] = SALES, **lists: Any) -> str:
        fields = {"countersigner": self.staff.id, **fields}
        given = Input(fields, services=["cloud_storage"], **lists)
        return create.create(self.deps, given, self.staff)

    def sent(self, **fields: str) -> str:
        reference = self.draft({**SALES, **fields})
        send.send(self.deps, reference, self.staff)
        return reference

    def pre_signed(self, **fields: str) -> str:
        """A pre-signed offer whose document is made and waits for our signature."""
        reference = self.draft({**PRE_SIGNED, **fields}, **LISTS)
        send.send(self.deps, reference, self.staff)
        generate.generate(self.deps, self.agreement(reference).id)
        return reference

    def agreement(self, reference: str) -> Agreement:
        with self.deps.database.begin() as tx:
            return tx.agreements.get(reference)

    def token(self, reference: str) -> str:
        with self.deps.database.begin() as tx:
            link = tx.signing.live_link(self.agreement(reference).id)
        assert link is not None
        return token_for(self.deps.secret_key, link.id)

    def entered(self, reference: str) -> str:
        return open_link.enter(self.deps, self.token(reference), BROWSER)

    def completed(self, reference: str, **details: str) -> str:
        secret = self.entered(reference)
        complete.save_details(self.deps, secret, Input({**DETAILS, **details}), BROWSER)
        complete.save_annex(self.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
        return secret

    def frozen(self, reference: str, **details: str) -> str:
        secret = self.completed(reference, **details)
        generate.generate(self.deps, self.agreement(reference).id)
        return secret

    def read(self, reference: str, secret: str) -> str:
        digest = self.agreement(reference).frozen_sha256
        view = self.view(reference)
        read.confirm_reading(self.deps, secret, digest, BROWSER, view_sha256=view)
        return secret

    def view(self, reference: str) -> str:
        """The SHA-256 of the reading view."""
        agreement = self.agreement(reference)
        with self.deps.database.begin() as tx:
            view = tx.openings.view(agreement.id, agreement.edition)
        return view.sha256 if view else ""

    def open_waiting(self, staff: Staff | None = None) -> None:
        """Read everything that waits for our signature, as on its page."""
        staff = staff or self.staff
        while unread := open_text.to_read(self.deps, staff).unread:
            shown = {each.agreement.reference: each.sha256 for each in unread}
            assert open_text.note_read(self.deps, shown, staff, BROWSER) == {}

    def code(self) -> str:
        found = self.rows("select id from code_challenges order by created_at desc")
        return code_for(self.deps.secret_key, str(found[0][0]))

    def proved(self, reference: str, secret: str) -> str:
        self.read(reference, secret)
        prove_mailbox.request_code(self.deps, secret, BROWSER)
        prove_mailbox.confirm_code(self.deps, secret, self.code(), BROWSER)
        return secret

    def passed_on(self, secret: str, **other: str) -> None:
        """The signatory names a colleague and types the code mailed for this."""
        delegate.name_colleague(self.deps, secret, **{**COLLEAGUE, **other})
        prove_mailbox.request_code(self.deps, secret, BROWSER, Purpose.DELEGATE)
        prove_mailbox.confirm_code(self.deps, secret, self.code(), BROWSER, Purpose.DELEGATE)
        delegate.delegate(self.deps, secret, BROWSER)

    def prepared(self, reference: str, secret: str, **other: Any) -> str:
        self.proved(reference, secret)
        self.prepare(reference, secret, **other)
        return secret

    def prepare(self, reference: str, secret: str, **other: Any) -> None:
        values: dict[str, Any] = {
            "document_sha256": self.agreement(reference).frozen_sha256,
            "said": set(sign.AGREEMENT_STATEMENTS),
            "method": "typed",
            "typed": "An Peeters",
            "picture": b"",
        }
        sign.prepare(self.deps, secret, **{**values, **other})

    def sign(self, reference: str, secret: str, **other: Any) -> sign.Receipt:
        values: dict[str, Any] = {
            "document_sha256": self.agreement(reference).frozen_sha256,
            "said": {"annex_sign"},
            "client": BROWSER,
        }
        return sign.sign(self.deps, secret, **{**values, **other})

    def signed(self, reference: str) -> str:
        """Signed by the controller, who is first; returns the browser's secret."""
        secret = self.prepared(reference, self.frozen(reference))
        self.sign(reference, secret)
        return secret

    def archived(self) -> tuple[str, str]:
        """Signed by both, sealed, closed and archived; also returns the controller's browser."""
        reference = self.sent()
        secret = self.signed(reference)
        assert self.countersign(reference)[0].refusal is None
        for step in (seal.seal, close.close, archive.archive):
            for _ in range(2):  # running twice has the effect of once
                step(self.deps, self.agreement(reference).id)
        return reference, secret

    def countersign(self, *references: str, **other: Any) -> list[countersign.Outcome]:
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
        if values["staff"].may(Permission.COUNTERSIGN) and references:
            self.open_waiting(values["staff"])
        shown = {each: self.agreement(each).frozen_sha256 for each in references}
        return countersign.countersign(self.deps, shown, **values)

    def mails(self, reference: str, kind: str = "") -> list[Message]:
        with self.deps.database.begin() as tx:
            messages = tx.messages.of(self.agreement(reference).id)
        return [each for each in messages if kind in ("", each.kind)]

    def kinds(self, reference: str) -> list[str]:
        return [each.kind for each in self.mails(reference)]

    def events(self, reference: str) -> list[str]:
        with self.deps.database.begin() as tx:
            return [each.event.value for each in tx.audit.of(self.agreement(reference).id)]

    def jobs(self) -> list[str]:
        statement = "select task_name from procrastinate_jobs where status = 'todo' order by id"
        return [row[0] for row in self.rows(statement)]

    def deliver(self, reference: str) -> None:
        for message in self.mails(reference):
            deliver.deliver(self.deps, message.id)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with engine_for(as_owner(self.deps.database.url)).begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def forget_time(self, reference: str) -> None:
        """Let an agreement's term expire."""
        self.rows(
            "update agreements set expires_at = now() - interval '1 second' where reference = :r",
            r=reference,
        )
