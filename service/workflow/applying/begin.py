"""The code is entered: one transaction makes the agreement, mails the link, and begins the
customer's session as behind that link."""

from __future__ import annotations

import dataclasses
import hmac
from dataclasses import dataclass

from service.agreement.applying import SELF_STARTED, Applied, recognise
from service.agreement.capabilities import (
    Purpose,
    application_in,
    code_for,
    code_hash,
    hash_secret,
    new_session_secret,
    token_for,
)
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Applicant, Permission, require
from service.agreement.states import PlaceState
from service.agreement.terms import CODE_TRIES
from service.database.agreement.applications import Application
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, Refused
from service.workflow.actors import Client
from service.workflow.applying.page import Opened, must_be_opened
from service.workflow.offer.create import add, ground
from service.workflow.offer.send import send_in
from service.workflow.signing.open_link import Visit, load_visit


@dataclass(frozen=True)
class Begun:
    """The token of the link, by which pages name this visit, and the cookie of its session."""

    token: str
    secret: str


def begin(deps: Deps, cookie: str, typed: str, client: Client) -> Begun:
    """Check the code, and make the agreement. A wrong attempt is always counted.

    Raises Invalid naming ``code``, Refused if the page is closed or the application is over.
    """
    digits = "".join(each for each in typed if each.isascii() and each.isdigit())
    if len(digits) != 6:
        raise Invalid([FieldError("code", FieldCode.CODE_REQUIRED)])
    with deps.database.begin() as tx:
        opened = must_be_opened(tx)
        found = tx.applications.get(application_in(deps.secret_key, cookie), lock=True)
        if found is None or (found.applied is None and found.agreement_id is None):
            raise Refused(ErrorCode.APPLICATION_GONE)
        wrong = _wrong(deps, tx, found, digits)
        if wrong is None:
            return _continue(deps, tx, found, opened, client)
    # Raised outside the transaction, so that the counted attempt is committed.
    raise Invalid([FieldError("code", wrong.code, wrong.values)])


@dataclass(frozen=True)
class _Wrong:
    code: FieldCode
    values: dict[str, object] = dataclasses.field(default_factory=dict)


def _wrong(deps: Deps, tx: Transaction, found: Application, digits: str) -> _Wrong | None:
    """What is wrong with these digits; None if they are the code."""
    if found.expired:
        return _Wrong(FieldCode.CODE_EXPIRED)
    if found.tries >= CODE_TRIES:
        return _Wrong(FieldCode.CODE_LOCKED)
    if hmac.compare_digest(code_for(deps.secret_key, found.id), digits):
        return None
    left = tx.applications.count_try(found.id)
    if left == 0:
        return _Wrong(FieldCode.CODE_LOCKED)
    code = FieldCode.CODE_WRONG_LAST if left == 1 else FieldCode.CODE_WRONG
    return _Wrong(code, {"left": left})


def _continue(
    deps: Deps, tx: Transaction, found: Application, opened: Opened, client: Client
) -> Begun:
    """A session of this browser in the agreement, which is made unless it was before."""
    first = found.agreement_id is None
    if first:
        _make(deps, tx, found, opened, client)
    # Never a later link: that may be a colleague's.
    link_id = tx.codes.link_of(found.id)
    secret = new_session_secret()
    tx.signing.start_session(link_id, hash_secret(secret), client.ip, client.user_agent[:400])
    tx.codes.prove(hash_secret(secret), found.id)
    visit = load_visit(tx, secret, lock=True)
    if first:
        _prove(tx, visit, client)
    return Begun(token_for(deps.secret_key, link_id), secret)


def _make(deps: Deps, tx: Transaction, found: Application, opened: Opened, client: Client) -> None:
    """The agreement, sent to this mailbox, with the code as a code of its link."""
    applied = found.applied
    if applied is None:  # the caller has checked it under the lock
        raise LookupError(found.id)
    by = Applicant(found.id, applied.signatory_name)
    require(by, Permission.BEGIN_ALONE)
    given = applied.as_input(opened.page.services, opened.countersigner.id)
    draft = add(deps, tx, given, by, ground=ground(deps, tx), owner_id=opened.owner.id)
    _note_origin(tx, draft, applied, opened, by, client)
    sent = send_in(deps, tx, draft, by, requested=True)
    # The customer is already in it, without having used the link.
    tx.agreements.save(sent, dataclasses.replace(sent, opened_at=tx.now()))
    link = tx.signing.live_link(sent.id)
    if link is None:  # it was made just now
        raise LookupError(sent.reference)
    proved = code_hash(deps.secret_key, found.id, code_for(deps.secret_key, found.id))
    tx.codes.add_proved(found.id, link.id, proved, to=link.signatory_email, asked_at=found.asked_at)
    tx.applications.confirm(found.id, sent.id)


def _prove(tx: Transaction, visit: Visit, client: Client) -> None:
    """Record that the mailbox was proved; the session says by which code."""
    before = visit.agreement
    own = dict.fromkeys(before.own_places(visit.link.turn), PlaceState.AUTHENTICATED)
    tx.agreements.save(before, dataclasses.replace(before, places={**before.places, **own}))
    tx.audit.append(
        before.id,
        Event.CODE_CONFIRMED,
        visit.signer,
        personal=client.personal(email=before.signatory.email),
        purpose=Purpose.SIGN.value,
    )


def _note_origin(
    tx: Transaction,
    draft: Agreement,
    applied: Applied,
    opened: Opened,
    by: Applicant,
    client: Client,
) -> None:
    """Record that the customer began, and what the lists of customers say; for staff only."""
    recognised = recognise(
        applied, tx.applications.listed(applied), any_list=tx.applications.any_list()
    )
    tx.applications.note_start(draft.id, applied, recognised)
    tx.agreements.add_flag(draft.id, SELF_STARTED)
    tx.audit.append(
        draft.id,
        Event.AGREEMENT_REQUESTED,
        by,
        personal=client.personal(
            name=applied.signatory_name,
            email=applied.signatory_email,
            enterprise_number=applied.number,
            customer=applied.customer,
        ),
        known=recognised.known.value,
        number=recognised.number_of_import,
        mailbox_proved=tx.now().isoformat(),
    )
