"""Sales sends several agreements to one person: one mail with one link, by which a bundle joins
theirs.

They have the same mailbox, name, sender, message and language.
"""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Sequence

from service.agreement.capabilities import bundle_token_for, hash_secret
from service.agreement.events import Event
from service.agreement.fields import fold
from service.agreement.model import Agreement
from service.agreement.permissions import Principal
from service.agreement.states import Order, State
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.bundles import Bundled, BundleInvitation
from service.workflow.offer.sample import prepare
from service.workflow.offer.send import send_without_mail
from service.workflow.telling.links import issue
from service.workflow.telling.notify import last_day, sender, tell_about_all

MOST = 50  # agreements in one mail


def same_mail(draft: Agreement) -> Hashable:
    """Drafts with the same value can be in one mail; None if it was sent, or its link is mailed
    later because we sign first."""
    if draft.state is not State.DRAFT or draft.order is not Order.CONTROLLER_FIRST:
        return None
    return same_reader(draft)


def same_reader(agreement: Agreement) -> Hashable:
    """Agreements with the same value have mails that differ in nothing but what they are about."""
    person = agreement.signatory
    return (
        person.email.casefold(),
        fold(person.name),
        agreement.sender_id,
        agreement.message,
        agreement.language,
    )


def bundled_with(tx: Transaction, agreement: Agreement) -> list[Agreement]:
    """The others of its bundle with the same reader and sender, for who holds all of them."""
    link = tx.signing.live_link(agreement.id)
    ids = tx.bundles.others_with(link.id) if link else {}
    others = [tx.agreements.get_by_id(each) for each in sorted(ids)]
    return [each for each in others if same_reader(each) == same_reader(agreement)]


def send_together(
    deps: Deps, tx: Transaction, drafts: Sequence[Agreement], by: Principal
) -> list[Agreement]:
    """Send these in this transaction; ``by`` may send, all were loaded under their locks and are
    for one person (``same_mail``). Raises as ``send``."""
    sent = [send_without_mail(tx, draft, by) for draft in drafts]
    invite_together(deps, tx, sent, by)
    for each in sent:
        prepare(deps, tx, each)
    return sent


def invite_together(deps: Deps, tx: Transaction, sent: Sequence[Agreement], by: Principal) -> None:
    """Make a bundle with a new link for each of these, and queue the one mail about all."""
    bundle_id = str(uuid.uuid4())  # also the id of its first link
    tx.bundles.add(bundle_id, hash_secret(bundle_token_for(deps.secret_key, bundle_id)))
    link_ids: dict[str, str] = {}
    for each in sent:
        link_id = "" if link_ids else bundle_id
        link_ids[each.id] = issue(deps, tx, each, by, link_id=link_id, bundle_id=bundle_id)
        tx.audit.append(each.id, Event.LINK_JOINED, by, count=len(sent))
    mail = BundleInvitation(
        sender_name=sender(tx, sent[0]).name,
        message=sent[0].message,
        agreements=[Bundled(each.controller.name, each.reference, last_day(each)) for each in sent],
    )
    tell_about_all(tx, sent, mail, once=bundle_id, link_ids=link_ids)
