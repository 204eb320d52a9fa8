"""Sales corrects the signatory's name and e-mail address."""

from __future__ import annotations

import dataclasses
import uuid

from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Principal, require
from service.agreement.places import SIGNATORY
from service.agreement.states import refusal
from service.agreement.version import require_version
from service.deps import Deps
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.workflow.offer.their_turn import open_again, refuse_before_turn
from service.workflow.telling.links import invite, issue


def change_email(
    deps: Deps, reference: str, name: str, email: str, by: Principal, *, seen: int | None = None
) -> None:
    """Correct the signatory's name and address, revoke the link and mail a new one.

    Raises Invalid, Refused, Outdated.
    """
    require(by, Permission.SEND)
    check = Checker()
    person = check.person("signatory_name", name)
    mailbox = check.email("signatory_email", email)
    check.raise_if_wrong()
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        refuse_before_turn(before)
        _refuse_after_act(before)
        require_version(before, seen)
        if before.signatory.email.casefold() == mailbox.casefold():
            raise Invalid([FieldError("signatory_email", FieldCode.SAME_EMAIL)])
        if before.frozen_sha256 and before.signatory.name != person:
            raise refusal(before.state)
        changed = dataclasses.replace(
            before,
            signatory=dataclasses.replace(before.signatory, name=person, email=mailbox),
            signatory_id=str(uuid.uuid4()),
            opened_at=None,
            places=open_again(before),
        )
        tx.agreements.replace_signatory(changed)
        tx.agreements.save(before, changed)
        tx.audit.append(
            before.id,
            Event.SIGNATORY_CHANGED,
            by,
            personal={"name": by.name, "from": before.signatory.email, "to": mailbox},
        )
        invite(tx, changed, issue(deps, tx, changed, by))


def _refuse_after_act(agreement: Agreement) -> None:
    """Refuse once somebody has signed a text with the signatory's name."""
    if agreement.has_signed(SIGNATORY):
        raise refusal(agreement.state)
