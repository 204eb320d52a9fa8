"""The countersigner opens waiting agreements: the whole text of one, or the differences of several
from their common text. Opening is recorded, and required before signing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.agreement.annex import flags
from service.agreement.difference import difference
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff, require
from service.agreement.shown import DIFFERENCE, VIEW, sha256_of
from service.database.agreement.openings import View
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound, Refused, ZegelError
from service.workflow.actors import Client

AT_ONCE = 50  # per page; each is a few lines


@dataclass(frozen=True)
class Unread:
    """An agreement to read that this person has not opened.

    ``html`` is the difference from the common text, or the whole text; a POST must return its
    ``sha256``.
    """

    agreement: Agreement
    flags: tuple[str, ...]
    html: str
    sha256: str
    common_sha256: str


@dataclass(frozen=True)
class Common:
    """A common text; ``opened_at`` is when this person was first shown it, None if never."""

    html: str
    opened_at: datetime | None


@dataclass(frozen=True)
class Reading:
    """The agreements of one page to read, their common text (None if one is shown whole), and the
    number of agreements after this page."""

    unread: list[Unread]
    common: Common | None
    left: int


def to_read(deps: Deps, staff: Staff) -> Reading:
    """Unopened agreements awaiting this person's signature, oldest first."""
    require(staff, Permission.COUNTERSIGN)
    with deps.database.look() as tx:
        ids = [each.id for each in tx.our_turn.own(staff.id, limit=AT_ONCE, unread=True)]
        unread = _one_page(tx, ids) if ids else []
        common = _common(tx, unread[0].common_sha256, staff) if unread else None
        left = tx.our_turn.counts(staff.id).unread - len(unread)
    return Reading(unread, common, left)


def _one_page(tx: Transaction, ids: list[str]) -> list[Unread]:
    """The first ones with the same common text, or only the first if it is shown whole."""
    waiting, views = tx.agreements.these(ids), tx.openings.views(ids)
    found: list[Unread] = []
    for each in ids:
        agreement, raised = waiting[each]
        one = _unread(agreement, raised, views[each])
        if not found or (one.common_sha256 and one.common_sha256 == found[0].common_sha256):
            found.append(one)
        if not found[0].common_sha256:
            break
    return found


def _common(tx: Transaction, sha256: str, staff: Staff) -> Common | None:
    if not sha256:
        return None
    return Common(tx.openings.common_text(sha256), tx.openings.common_opened(staff.id, sha256))


def note_read(
    deps: Deps, shown: Mapping[str, str], staff: Staff, client: Client
) -> dict[str, ZegelError]:
    """Record that this person was shown these texts: by reference, the SHA-256 from ``to_read``.

    Returns, by reference, why one could not be recorded.
    """
    require(staff, Permission.COUNTERSIGN)
    refused: dict[str, ZegelError] = {}
    for reference, digest in shown.items():
        try:
            with deps.database.begin() as tx:
                agreement = _waiting(tx, reference)
                view = tx.openings.view(agreement.id, agreement.edition)
                if view is None:
                    raise LookupError(reference)
                found = _unread(agreement, (), view)
                if digest != found.sha256:
                    raise Refused(ErrorCode.CHANGED)
                what = DIFFERENCE if found.common_sha256 else VIEW
                html = found.html if found.common_sha256 else ""
                _note(tx, found.agreement, what, digest, staff, client, found.common_sha256, html)
        except (Refused, NotFound) as refusal:
            refused[reference] = refusal
    return refused


def note_view(deps: Deps, reference: str, view_sha256: str, staff: Staff, client: Client) -> None:
    """Record that this person was shown the whole text of an agreement as a page.

    Raises NotAllowed, NotFound, Refused if it does not await our signature or its text has changed.
    """
    require(staff, Permission.COUNTERSIGN)
    with deps.database.begin() as tx:
        agreement = _waiting(tx, reference)
        view = tx.openings.view(agreement.id, agreement.edition)
        if view is None or view.sha256 != view_sha256:
            raise Refused(ErrorCode.CHANGED)
        _note(tx, agreement, VIEW, view_sha256, staff, client)


def opened_at(deps: Deps, agreement: Agreement, staff: Staff) -> datetime | None:
    """When this person first opened the text that awaits our signature; None if never."""
    with deps.database.look() as tx:
        return tx.openings.by_staff(staff.id, [agreement.id]).get(_key(agreement))


def _key(agreement: Agreement) -> tuple[str, int, str]:
    return (agreement.id, agreement.edition, agreement.frozen_sha256)


def _waiting(tx: Transaction, reference: str) -> Agreement:
    agreement = tx.agreements.lock(reference)
    if not agreement.awaits_processor:
        raise Refused(ErrorCode.NOT_YOUR_TURN)
    return agreement


def _unread(agreement: Agreement, raised: tuple[str, ...], view: View) -> Unread:
    html = difference(view.common, view.html) if view.common else view.html
    shown = tuple(dict.fromkeys((*flags(agreement.annex), *raised)))
    return Unread(agreement, shown, html, sha256_of(html), view.common_sha256)


def _note(
    tx: Transaction,
    agreement: Agreement,
    what: str,
    sha256: str,
    staff: Staff,
    client: Client,
    common_sha256: str = "",
    html: str = "",
) -> None:
    first = tx.openings.note(
        agreement.id,
        agreement.edition,
        what,
        document_sha256=agreement.frozen_sha256,
        sha256=sha256,
        staff_id=staff.id,
        common_sha256=common_sha256,
        html=html,
    )
    if first:
        tx.audit.append(
            agreement.id,
            Event.DOCUMENT_OPENED,
            staff,
            personal=client.personal(name=staff.name),
            what=what,
            document_sha256=agreement.frozen_sha256,
            sha256=sha256,
            common_sha256=common_sha256,
        )
