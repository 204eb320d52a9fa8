"""Somebody fills in the public page and is mailed a code.

No customer is looked up before the code is entered, so the answer takes equally long for everybody.
Mails contain nothing that was typed and are limited per mailbox, per network and in total.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.agreement.applying import Applied, bare_mailbox, parse_applied
from service.agreement.capabilities import (
    address_key,
    application_cookie,
    application_in,
    mask_email,
)
from service.agreement.parties import Processor
from service.agreement.terms import (
    APPLICATIONS_A_DAY,
    APPLICATIONS_AN_HOUR,
    APPLICATIONS_OF_A_NETWORK_A_DAY,
    APPLICATIONS_OF_A_NETWORK_AN_HOUR,
)
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused, TooMany
from service.workflow.actors import Client
from service.workflow.applying.page import Opened, must_be_opened
from service.workflow.people.sign_in_limits import network_of
from service.workflow.telling.notify import tell_applicant

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Waiting:
    processor: Processor
    masked_email: str


def apply(deps: Deps, form: Mapping[str, Any], sent: str, client: Client) -> str:
    """Mail a code, and return the cookie of the application; a repetition of ``sent`` mails
    nothing.

    Raises Invalid naming the field, Refused if the page is closed, TooMany.
    """
    with deps.database.look() as tx:
        must_be_opened(tx)
    applied = parse_applied(form)
    said = f"{sent}\n{sorted(applied.as_json().items())}"
    form_key = hashlib.sha256(said.encode(errors="replace")).digest()
    with deps.database.begin() as tx:
        opened = must_be_opened(tx)
        tx.applications.take_turns()
        application_id = tx.applications.by_form(form_key)
        if application_id is None:
            application_id = _add(deps, tx, opened, applied, form_key, client)
    return application_cookie(deps.secret_key, application_id)


def apply_again(deps: Deps, cookie: str, client: Client) -> str:
    """Mail another code in place of the former one, and return the new cookie.

    Raises Refused if the page is closed or the application is over, TooMany.
    """
    with deps.database.begin() as tx:
        opened = must_be_opened(tx)
        tx.applications.take_turns()
        former_id = application_in(deps.secret_key, cookie)
        form_key = hashlib.sha256(f"another code\n{former_id}".encode()).digest()
        application_id = tx.applications.by_form(form_key)
        if application_id is None:
            former = tx.applications.get(former_id, lock=True)
            if former is None or former.applied is None:
                raise Refused(ErrorCode.APPLICATION_GONE)
            application_id = _add(deps, tx, opened, former.applied, form_key, client)
            tx.applications.forget(former_id)
    return application_cookie(deps.secret_key, application_id)


def waiting(deps: Deps, cookie: str) -> Waiting | None:
    """What waits for its code in this browser. Raises Refused if the page is closed."""
    with deps.database.look() as tx:
        opened = must_be_opened(tx)
        found = tx.applications.get(application_in(deps.secret_key, cookie))
        if found is None or found.applied is None:
            return None
        return Waiting(opened.processor, mask_email(found.applied.signatory_email))


def _add(
    deps: Deps,
    tx: Transaction,
    opened: Opened,
    applied: Applied,
    form_key: bytes,
    client: Client,
) -> str:
    """Count it, keep it and queue its code; the caller has its turn. Raises TooMany."""
    mailbox = bare_mailbox(applied.signatory_email)
    mailbox_key = address_key(deps.secret_key, f"application {mailbox}")
    network_key = address_key(deps.secret_key, f"network {network_of(client.ip)}")
    counted = tx.applications.counted(mailbox_key, network_key)
    for (hour, day), most_an_hour, most_a_day in (
        (counted.mailbox, APPLICATIONS_AN_HOUR, APPLICATIONS_A_DAY),
        (
            counted.network,
            APPLICATIONS_OF_A_NETWORK_AN_HOUR,
            APPLICATIONS_OF_A_NETWORK_A_DAY,
        ),
    ):
        if day >= most_a_day:
            raise TooMany(ErrorCode.APPLICATIONS_TOO_MANY, minutes=_DAY_MINUTES)
        if hour >= most_an_hour:
            raise TooMany(ErrorCode.APPLICATIONS_TOO_MANY, minutes=60)
    # Last, so that a network over its own limit does not use up everybody's.
    if counted.all >= opened.page.per_day:
        raise TooMany(ErrorCode.APPLICATIONS_FULL)
    application_id = str(uuid.uuid4())
    tx.applications.add(
        application_id,
        applied,
        form_key=form_key,
        mailbox_key=mailbox_key,
        network_key=network_key,
    )
    tell_applicant(tx, opened.processor, application_id, applied.signatory_email)
    return application_id
