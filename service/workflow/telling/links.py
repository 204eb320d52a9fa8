"""Issues and mails signing links: one is valid at a time, and only its hash is stored."""

from __future__ import annotations

import uuid

from service.agreement.capabilities import (
    account_token_for,
    bundle_token_for,
    hash_secret,
    token_for,
)
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Principal
from service.agreement.states import LinkEnd
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.kinds import Invitation, LinkRenewed, Requested
from service.workflow.telling.notify import last_day, sender, tell_signatory


def issue(
    deps: Deps,
    tx: Transaction,
    agreement: Agreement,
    by: Principal,
    *,
    ended: LinkEnd = LinkEnd.REPLACED,
    link_id: str = "",
    bundle_id: str | None = None,
) -> str:
    """Make the only valid link of the present signatory and return its id; a former one ends as
    ``ended``.

    Only who makes a bundle gives ``bundle_id``, and for its first link ``link_id``.
    """
    former = tx.signing.live_link(agreement.id)
    link_id = link_id or str(uuid.uuid4())
    token_hash = hash_secret(token_for(deps.secret_key, link_id))
    tx.signing.issue(
        link_id,
        agreement.id,
        agreement.signatory_id,
        token_hash,
        ended=ended,
        bundle_id=bundle_id,
    )
    tx.messages.settle_link_mails(agreement.id)
    if former:
        tx.audit.append(agreement.id, Event.LINK_REPLACED, by, link=former.id)
    tx.audit.append(agreement.id, Event.LINK_ISSUED, by, link=link_id)
    return link_id


def invite(
    tx: Transaction,
    agreement: Agreement,
    link_id: str,
    *,
    delegated_by: str = "",
    pre_signed: bool = False,
) -> None:
    """The first mail with the link."""
    mail = Invitation(
        sender_name=sender(tx, agreement).name,
        message=agreement.message,
        valid_until=last_day(agreement),
        delegated_by=delegated_by,
        pre_signed=pre_signed,
    )
    tell_signatory(tx, agreement, mail, once=link_id, link_id=link_id)


def confirm_request(tx: Transaction, agreement: Agreement, link_id: str) -> None:
    """For a signatory who began on the public page."""
    mail = Requested(last_day(agreement))
    tell_signatory(tx, agreement, mail, once=link_id, link_id=link_id)


def renew_link(tx: Transaction, agreement: Agreement, link_id: str) -> None:
    """For a signatory who already had a link."""
    mail = LinkRenewed(last_day(agreement))
    tell_signatory(tx, agreement, mail, once=link_id, link_id=link_id)


def address(deps: Deps, link_id: str) -> str:
    """The URL of a link. It is secret: never write it to a log or the database."""
    return f"{deps.settings.base_url}/tekenen/link/{token_for(deps.secret_key, link_id)}"


def bundle_address(deps: Deps, bundle_id: str) -> str:
    """The same for a link to several agreements of one person."""
    return f"{deps.settings.base_url}/tekenen/bundel/{bundle_token_for(deps.secret_key, bundle_id)}"


def account_address(deps: Deps, link_id: str) -> str:
    """The same for a link to a staff account."""
    return f"{deps.settings.base_url}/account/link/{account_token_for(deps.secret_key, link_id)}"
