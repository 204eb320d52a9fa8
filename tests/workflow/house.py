"""The people and their steps for tests; everything real, jobs run by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from bakery import BAKERY, DETAILS, SALES
from emptied import as_owner
from kept import engine_for
from sqlalchemy import text

from bench.road import BROWSER, Road, Sample
from service.agreement.capabilities import Purpose, code_for
from service.agreement.drafting import Input
from service.agreement.permissions import Role
from service.database.queue.messages import Message
from service.workflow.offer import hand_over
from service.workflow.signing import complete, delegate, prove_mailbox
from service.workflow.telling import deliver

COLLEAGUE = {
    "name": "Jan Claes",
    "function": "Zaakvoerder",
    "email": "jan@peeters.example",
    "message": "Kan jij dit doen?",
}
EVERYBODY = frozenset(Role)


@dataclasses.dataclass
class House(Road):
    """One installation with one member of staff who has every role."""

    sample: Sample = BAKERY

    def draft(self, fields: Mapping[str, Any] = SALES, **lists: Any) -> str:
        return self.create(Input(fields, services=["cloud_storage"], **lists))

    def code(self) -> str:
        """The newest code of all agreements."""
        found = self.rows("select id from code_challenges order by created_at desc")
        return code_for(self.deps.secret_key, str(found[0][0]))

    def passed_on(self, secret: str, **other: str) -> None:
        """The signatory names a colleague and types the code mailed for this."""
        delegate.name_colleague(self.deps, secret, **{**COLLEAGUE, **other})
        prove_mailbox.request_code(self.deps, secret, BROWSER, Purpose.DELEGATE)
        prove_mailbox.confirm_code(self.deps, secret, self.code(), BROWSER, Purpose.DELEGATE)
        delegate.delegate(self.deps, secret, BROWSER)

    def reopened(self, secret: str) -> None:
        """The signatory moves the organisation, which begins the next edition."""
        moved = Input({**DETAILS, "city": "Mechelen"})
        complete.save_details(self.deps, secret, moved, BROWSER)

    def archived(self, *, owner_id: str = "") -> tuple[str, str]:
        """Signed by both, sealed, closed and archived; also returns the controller's browser.
        Handed over after it was sent, if ``owner_id`` names somebody."""
        reference = self.sent()
        if owner_id:
            hand_over.hand_over(self.deps, reference, owner_id, self.staff)
        secret = self.signed(reference)
        self.countersigned(reference)
        for _ in range(2):  # running twice has the effect of once
            self.archive(reference)
        return reference, secret

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
