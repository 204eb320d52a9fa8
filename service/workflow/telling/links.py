"""Issuing signing links: one is valid at a time, and only its hash is stored."""

from __future__ import annotations

import uuid

from service.agreement.capabilities import account_token_for, hash_secret, token_for
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Principal
from service.database.engine import Transaction
from service.deps import Deps
from service.workflow.telling.undelivered import settle_link_mails


def issue(
    deps: Deps, tx: Transaction, agreement: Agreement, by: Principal, *, ended: str = "replaced"
) -> str:
    """Make the only valid link of the present signatory and return its id.

    A former link ends as ``ended``: replaced, or delegated.
    """
    former = tx.signing.live_link(agreement.id)
    link_id = str(uuid.uuid4())
    token_hash = hash_secret(token_for(deps.secret_key, link_id))
    tx.signing.issue(link_id, agreement.id, agreement.signatory_id, token_hash, ended=ended)
    settle_link_mails(tx, agreement.id)
    if former:
        tx.audit.append(agreement.id, Event.LINK_REPLACED, by, link=former.id)
    tx.audit.append(agreement.id, Event.LINK_ISSUED, by, link=link_id)
    return link_id


def address(deps: Deps, link_id: str) -> str:
    """The URL of a link. It is secret: never write it to a log or the database."""
    return f"{deps.settings.base_url}/tekenen/link/{token_for(deps.secret_key, link_id)}"


def account_address(deps: Deps, link_id: str) -> str:
    """The same for a link to a staff account."""
    return f"{deps.settings.base_url}/account/link/{account_token_for(deps.secret_key, link_id)}"
