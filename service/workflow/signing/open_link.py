"""The controller's representative opens the link: the landing page, the exchange, the visit.

Mail scanners follow links, so a GET changes nothing; the POST exchanges the token for a session.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from service.agreement.capabilities import Purpose, hash_secret, new_session_secret, token_hash
from service.agreement.events import Event
from service.agreement.look import PLAIN, Look
from service.agreement.model import Agreement
from service.agreement.permissions import Signer, Staff
from service.agreement.places import Party, Places, Turn
from service.agreement.states import PlaceState, State
from service.database.agreement.bundles import BundleSession
from service.database.agreement.signing import Link
from service.database.agreement.visits import LinkSession
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import LinkUnusable, Refused
from service.mail.kinds import NewLinkRequested
from service.workflow.actors import Client
from service.workflow.telling.notify import sender, tell_sender

CAN_ENTER = ("open", "signed", "completed")


@dataclass(frozen=True)
class Landing:
    """The landing page of a link, before the exchange.

    ``status`` is open, signed or completed (all three can be entered), or expired, replaced,
    delegated, voided, declined, unknown.
    """

    status: str
    agreement: Agreement | None = None
    sender: Staff | None = None
    look: Look = PLAIN
    signed_at: datetime | None = None

    @property
    def can_enter(self) -> bool:
        return self.status in CAN_ENTER


@dataclass(frozen=True)
class Visit:
    """A browser with a valid session: the present agreement, and the browser's actions."""

    agreement: Agreement
    session: LinkSession
    status: str
    look: Look = PLAIN

    @property
    def link(self) -> Link:
        return self.session.link

    @property
    def signer(self) -> Signer:
        return self.link.signer

    @property
    def authenticated(self) -> bool:
        """Whether the mailbox was proved in this browser for signing."""
        return self.session.proof is Purpose.SIGN

    @property
    def proved(self) -> bool:
        """Whether the mailbox was proved in this browser for any purpose."""
        return self.session.proof is not None


def landing(deps: Deps, token: str) -> Landing:
    """The present status of a link."""
    with deps.database.look() as tx:
        found = tx.visits.behind_token(token_hash(token))
        if found is None:
            return Landing("unknown")
        link, agreement, look, now = found
        status = status_of(agreement, link, now)
        signed = status in ("signed", "completed")
        return Landing(
            status,
            agreement,
            sender=sender(tx, agreement) if status == "open" else None,
            look=look,
            signed_at=controller_signed_at(tx, agreement) if signed else None,
        )


def enter(deps: Deps, token: str, client: Client, *, known: str = "") -> str:
    """Exchange a link for a session and return the cookie's value. Raises LinkUnusable.

    The session of the former cookie ``known`` continues if it proved the mailbox for this link.
    """
    secret = new_session_secret()
    with deps.database.begin() as tx:
        link = tx.signing.link_by_token(token_hash(token))
        if link is None:
            raise LinkUnusable("unknown")
        open_session(tx, link, secret, client, known=known)
    return secret


def open_session(
    tx: Transaction,
    link: Link,
    secret: str,
    client: Client,
    *,
    known: str,
    within: BundleSession | None = None,
) -> None:
    """Give the browser with this new ``secret`` a session of the link. Raises LinkUnusable.

    ``within`` is the session of the bundle through which it is opened, with the code entered there.
    """
    before = tx.agreements.lock_by_id(link.agreement_id)
    status = status_of(before, link, tx.now())
    if status not in CAN_ENTER:
        raise LinkUnusable(status)
    former = tx.visits.session(hash_secret(known)) if known else None
    browser = {"browser": within.browser} if within else {}
    if former and former.link.id == link.id and former.proof:
        tx.signing.continue_session(former.secret_hash, hash_secret(secret), **browser)
    else:
        begins = {"expires_at": within.expires_at} if within else {}
        proof = tx.bundles.proof(within, before.reference) if within else {}
        given = {**browser, **begins, **proof}
        tx.signing.start_session(
            link.id, hash_secret(secret), client.ip, client.user_agent[:400], **given
        )
    if status == "open" and tx.signing.mark_opened(link.id):
        tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                opened_at=before.opened_at or tx.now(),
                places=_viewed(before, link.turn),
            ),
        )
        tx.audit.append(
            before.id,
            Event.LINK_OPENED,
            link.signer,
            personal=client.personal(name=link.signatory_name),
            link=link.id,
        )


def visit(deps: Deps, secret: str) -> Visit:
    """For showing a page. Raises LinkUnusable."""
    with deps.database.look() as tx:
        return load_visit(tx, secret, lock=False)


def load_visit(tx: Transaction, secret: str, *, lock: bool) -> Visit:
    """The signatory's guarded access to the agreement; with ``lock`` under the row lock.

    Raises LinkUnusable if the session or the link no longer gives access.
    """
    if lock and secret:
        tx.visits.hold_agreement(hash_secret(secret))
    # Read after taking the lock: the data may have changed while waiting for it.
    found = tx.visits.visit(hash_secret(secret)) if secret else None
    if found is None:
        raise LinkUnusable("unknown")
    session, agreement, look = found
    status = status_of(agreement, session.link, session.read_at)
    if status not in CAN_ENTER:
        raise LinkUnusable(status)
    return Visit(agreement, session, status, look)


def load_proved_visit(tx: Transaction, secret: str, *, lock: bool) -> Visit:
    """The same, for showing or downloading the contents of the agreement.

    After the controller signs, the link stays in a mailbox or a log for years, so it is not enough.
    Raises Refused until the mailbox is proved.
    """
    found = load_visit(tx, secret, lock=lock)
    if found.status != "open" and not found.proved:
        raise Refused(ErrorCode.MAILBOX_FIRST)
    return found


def load_open_visit(tx: Transaction, secret: str) -> Visit:
    """The same under the row lock, for a step that is only possible before signing.

    Raises LinkUnusable, also with reason signed or completed.
    """
    found = load_visit(tx, secret, lock=True)
    must_be_open(found)
    return found


def must_be_open(found: Visit) -> None:
    """Raises LinkUnusable with reason signed or completed if the controller has signed."""
    if found.status != "open":
        raise LinkUnusable(found.status)


def request_new_link(deps: Deps, token: str, client: Client) -> None:
    """Ask the sender for a new link after this one expired; mailed at most once a day."""
    with deps.database.begin() as tx:
        link = tx.signing.link_by_token(token_hash(token))
        if link is None:
            raise LinkUnusable("unknown")
        agreement = tx.agreements.lock_by_id(link.agreement_id)
        if status_of(agreement, link, tx.now()) != "expired":
            raise LinkUnusable(status_of(agreement, link, tx.now()))
        tell_sender(
            tx,
            agreement,
            NewLinkRequested(link.signatory_name, tx.now()),
            once=tx.now().date().isoformat(),
        )
        tx.audit.append(
            agreement.id,
            Event.LINK_REQUESTED,
            link.signer,
            personal=client.personal(name=link.signatory_name),
            link=link.id,
        )


def status_of(agreement: Agreement, link: Link, now: datetime) -> str:
    """What a link opens now, or why it opens nothing (``Landing.status``)."""
    if link.ended:
        return link.ended
    if agreement.state is State.DECLINED:
        return "declined"
    if agreement.state is State.VOIDED:
        return "voided"
    if agreement.state in (State.COMPLETED, State.SUPERSEDED):
        return "completed"
    if agreement.has_signed(link.turn):
        return "signed"
    past = agreement.expires_at is not None and agreement.expires_at < now
    if agreement.state is State.EXPIRED or past:
        return "expired"
    return "open"


def _viewed(agreement: Agreement, turn: Turn) -> Places:
    places = dict(agreement.places)
    for place in agreement.own_places(turn):
        if places[place] is PlaceState.OPEN:
            places[place] = PlaceState.VIEWED
    return places


def controller_signed_at(tx: Transaction, agreement: Agreement) -> datetime | None:
    """When the controller signed the present edition; None if not yet."""
    acts = tx.documents.acts(agreement.id, agreement.edition)
    own = [act.signed_at for act in acts if act.place.party is Party.CONTROLLER]
    return own[-1] if own else None


def leave(deps: Deps, secret: str) -> None:
    """End the session of this cookie, and all sessions of its bundle; the links are not changed."""
    with deps.database.begin() as tx:
        tx.bundles.end_browser(hash_secret(secret))
        tx.signing.end_session(hash_secret(secret))
