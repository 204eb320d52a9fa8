"""One link for a person who signs several agreements, with the progress of each.

It only opens them: each keeps its own link and session. An ended link stays in the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.agreement.capabilities import (
    hash_secret,
    new_session_secret,
    token_for,
    token_hash,
)
from service.agreement.model import Agreement
from service.agreement.permissions import Staff
from service.database.agreement.signing import Link
from service.database.engine import Transaction
from service.deps import Deps
from service.errors import LinkUnusable
from service.workflow.actors import Client
from service.workflow.signing.open_link import CAN_ENTER, Visit, open_session, status_of
from service.workflow.telling.notify import sender


@dataclass(frozen=True)
class Entry:
    """One agreement of a bundle; ``status`` as of a link's landing page."""

    link: Link
    agreement: Agreement
    status: str

    @property
    def can_enter(self) -> bool:
        return self.status in CAN_ENTER


@dataclass(frozen=True)
class Bundle:
    """The agreements by reference; at least one. ``sender`` is who sent them."""

    id: str
    entries: tuple[Entry, ...]
    sender: Staff

    @property
    def open(self) -> list[Entry]:
        """In the order in which they are offered."""
        return [each for each in self.entries if each.status == "open"]

    @property
    def signed(self) -> int:
        return sum(each.status in ("signed", "completed") for each in self.entries)

    def of(self, reference: str) -> Entry:
        """Raises LinkUnusable if the bundle has no such agreement."""
        for each in self.entries:
            if each.agreement.reference == reference:
                return each
        raise LinkUnusable("unknown")


def landing(deps: Deps, token: str) -> Bundle | None:
    """The bundle of a link; None if there is none. Changes nothing."""
    with deps.database.look() as tx:
        bundle_id = tx.bundles.by_token(token_hash(token))
        return _bundle(tx, bundle_id) if bundle_id else None


def enter(deps: Deps, token: str, *, known: str = "") -> str:
    """Exchange the link for a session of the bundle and return the cookie's value.

    A code entered in the session of the former cookie ``known`` still counts. Raises LinkUnusable.
    """
    secret = new_session_secret()
    with deps.database.begin() as tx:
        bundle_id = tx.bundles.by_token(token_hash(token))
        if bundle_id is None:
            raise LinkUnusable("unknown")
        former = tx.bundles.session(hash_secret(known)) if known else None
        if former and former.bundle_id == bundle_id:
            tx.bundles.continue_session(former.secret_hash, hash_secret(secret))
        else:
            tx.bundles.start_session(bundle_id, hash_secret(secret))
    return secret


def bundle(deps: Deps, secret: str) -> Bundle:
    """Of a bundle's cookie, or that of one of its links. Raises LinkUnusable."""
    with deps.database.look() as tx:
        session = tx.bundles.session(hash_secret(secret)) if secret else None
        if session is None:
            raise LinkUnusable("unknown")
        return _bundle(tx, session.bundle_id)


def bundle_of(deps: Deps, found: Visit) -> Bundle | None:
    """The bundle through which this browser opened a link; None if it opened it by itself."""
    if not (found.link.bundle_id and found.session.browser):
        return None
    with deps.database.look() as tx:
        return _bundle(tx, found.link.bundle_id)


def open_one(deps: Deps, secret: str, reference: str, client: Client, *, known: str) -> str:
    """Open one agreement's link in the browser of the bundle, and return the cookie's value;
    ``known`` is the former one. Raises LinkUnusable."""
    opened = new_session_secret()
    with deps.database.begin() as tx:
        session = tx.bundles.session(hash_secret(secret)) if secret else None
        if session is None:
            raise LinkUnusable("unknown")
        link = _bundle(tx, session.bundle_id).of(reference).link
        open_session(tx, link, opened, client, known=known, within=session)
    return opened


def token_of_entry(deps: Deps, entry: Entry) -> str:
    return token_for(deps.secret_key, entry.link.id)


def _bundle(tx: Transaction, bundle_id: str) -> Bundle:
    entries = entries_of(tx, bundle_id)
    first = next((each for each in entries if each.status == "open"), entries[0])
    return Bundle(bundle_id, tuple(entries), sender(tx, first.agreement))


def entries_of(tx: Transaction, bundle_id: str) -> list[Entry]:
    """By reference."""
    return [
        Entry(link, agreement, status_of(agreement, link, now))
        for link, agreement, now in tx.bundles.entries(bundle_id)
    ]
