"""The controller's representative proves the mailbox with a mailed code.

It proves control of the mailbox at that moment, no more; the evidence says so. It is required
(docs/decisions/0011) for signing, for delegating, and for opening the agreement again after
signing. A code is accepted only for the purpose in its mail; in the browser where it was entered,
any code is enough for the last two.

In the browser of a bundle, a code to sign or to open is for all its agreements where that is still
possible; one to delegate is for one.
"""

from __future__ import annotations

import dataclasses
import hmac
import uuid
from collections.abc import Sequence

from service.agreement.act_record import ProvedMailbox
from service.agreement.capabilities import Purpose, code_for, code_hash, hash_secret
from service.agreement.events import Event
from service.agreement.states import PlaceState, refusal
from service.agreement.terms import CODE_MINUTES, CODE_TRIES
from service.database.agreement.codes import Challenge
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, Refused, TooMany
from service.mail.bundles import BundleCode, Bundled
from service.mail.kinds import Code
from service.workflow.actors import Client
from service.workflow.signing.bundle import Entry, entries_of
from service.workflow.signing.open_link import Visit, load_open_visit, load_visit
from service.workflow.telling.notify import tell_about_all, tell_signatory

CODES_PER_HOUR = 5
# With five attempts per code, somebody with the link but without the mailbox guesses a code within
# the link's thirty days with a chance of 0.15%, and the mailbox gets a mail for every code.
CODES_PER_DAY = 10


def code_waits(deps: Deps, secret: str, purpose: Purpose = Purpose.SIGN) -> bool:
    """Whether a mailed code for this purpose can still be entered. Raises LinkUnusable."""
    with deps.database.look() as tx:
        return _code_waits(tx, load_visit(tx, secret, lock=False), purpose)


def code_wanted(tx: Transaction, found: Visit) -> bool:
    """Whether a code must still be mailed before this browser can sign."""
    return not (found.authenticated or _code_waits(tx, found, Purpose.SIGN))


def _code_waits(tx: Transaction, found: Visit, purpose: Purpose) -> bool:
    challenge = tx.codes.newest_challenge(found.link.codes_of)
    if challenge is None or challenge.tries >= CODE_TRIES:
        return False
    return _waits(challenge, found, purpose)


def request_code(deps: Deps, secret: str, client: Client, purpose: Purpose = Purpose.SIGN) -> None:
    """Mail a six-digit code; an earlier one stops working, whatever its purpose.

    Raises LinkUnusable, Refused if the purpose does not apply now, TooMany after five in an hour or
    ten in a day, over all purposes.
    """
    with deps.database.begin() as tx:
        found = _visit(tx, secret, purpose)
        if _enough(found, purpose):
            return
        in_an_hour, in_a_day = tx.codes.codes_asked(found.link.codes_of)
        if in_an_hour >= CODES_PER_HOUR:
            raise TooMany(ErrorCode.CODE_TOO_MANY, minutes=60)
        if in_a_day >= CODES_PER_DAY:
            raise TooMany(ErrorCode.CODE_TOO_MANY_TODAY)
        together = _entries_for(tx, found, purpose)
        _mail_code(deps, tx, found, client, purpose, together)


def _mail_code(
    deps: Deps,
    tx: Transaction,
    found: Visit,
    client: Client,
    purpose: Purpose,
    together: Sequence[Entry],
) -> None:
    agreement, challenge_id = found.agreement, str(uuid.uuid4())
    code = code_for(deps.secret_key, challenge_id)
    tx.codes.add_challenge(
        challenge_id,
        found.link.codes_of,
        code_hash(deps.secret_key, challenge_id, code),
        to=agreement.signatory.email,
        purpose=purpose,
        together=[each.agreement.reference for each in together] if found.link.bundle_id else (),
    )
    _log(tx, Event.CODE_SENT, together, client, email=agreement.signatory.email, purpose=purpose)
    if len(together) == 1:
        mail = Code(CODE_MINUTES, purpose)
        tell_signatory(tx, agreement, mail, once=challenge_id, challenge_id=challenge_id)
        return
    named = [each.agreement for each in together]
    tell_about_all(
        tx,
        [agreement, *(each.agreement for each in together if each.agreement.id != agreement.id)],
        BundleCode(
            CODE_MINUTES,
            purpose,
            [Bundled(each.controller.name, each.reference) for each in named],
        ),
        once=challenge_id,
        challenge_id=challenge_id,
    )


def _log(
    tx: Transaction,
    event: Event,
    together: Sequence[Entry],
    client: Client,
    *,
    purpose: Purpose | None = None,
    email: str = "",
    left: int | None = None,
) -> None:
    """Log it for each agreement, with the number of them if there are several."""
    data: dict[str, object] = {"purpose": purpose.value} if purpose else {"left": left}
    if len(together) > 1:
        data["count"] = len(together)
    for each in together:
        personal = client.personal(email=email) if email else client.personal()
        tx.audit.append(each.agreement.id, event, each.link.signer, personal=personal, **data)


def confirm_code(
    deps: Deps, secret: str, typed: str, client: Client, purpose: Purpose = Purpose.SIGN
) -> None:
    """Check the code. A wrong attempt is always counted, except the code of an earlier mail.

    Raises Invalid naming ``code`` (wrong, expired, for another purpose, locked, or of an earlier
    mail), LinkUnusable, Refused as for requesting.
    """
    digits = "".join(
        character for character in typed if character.isascii() and character.isdigit()
    )
    if len(digits) != 6:
        raise Invalid([FieldError("code", FieldCode.CODE_REQUIRED)])
    with deps.database.begin() as tx:
        found = _visit(tx, secret, purpose)
        if _enough(found, purpose):
            return
        challenge = tx.codes.last_challenge(found.link.codes_of)
        wrong = FieldError("code", FieldCode.CODE_EXPIRED)
        if challenge and _waits(challenge, found, purpose):
            expected = code_hash(deps.secret_key, challenge.id, digits)
            together = [
                each
                for each in _entries_for(tx, found, purpose)
                if challenge.is_for(each.agreement.reference)
            ]
            if hmac.compare_digest(expected, challenge.code_hash):
                if tx.codes.consume(challenge.id, hash_secret(secret), found.session.browser):
                    _confirmed(tx, found, client, purpose, challenge, together)
                    return
                wrong = FieldError("code", FieldCode.CODE_LOCKED)
            elif _is_former(deps, tx, found, challenge.id, digits):
                wrong = FieldError("code", FieldCode.CODE_FORMER)
            else:
                wrong = _count(tx, challenge.id, client, together)
    # Raised outside the transaction, so that the counted attempt is committed.
    raise Invalid([wrong])


def mailbox_proof(found: Visit) -> ProvedMailbox:
    """How the mailbox was proved in this browser. Raises Refused if it was not."""
    if found.session.mailbox is None:
        raise Refused(ErrorCode.CODE_FIRST)
    return found.session.mailbox


def _visit(tx: Transaction, secret: str, purpose: Purpose) -> Visit:
    """The visit and those of its bundle under their row locks. Raises if a code for this purpose
    does not apply now."""
    if secret:
        tx.bundles.hold_behind(hash_secret(secret))
    if purpose is Purpose.OPEN:
        found = load_visit(tx, secret, lock=True)
        if found.status == "open":
            raise refusal(found.agreement.state)
        return found
    found = load_open_visit(tx, secret)
    if purpose is Purpose.SIGN and not found.agreement.awaits(found.link.turn):
        raise Refused(ErrorCode.NOT_YOUR_TURN)
    if purpose is Purpose.DELEGATE and found.session.colleague is None:
        raise Refused(ErrorCode.COLLEAGUE_FIRST)
    return found


def _entries_for(tx: Transaction, found: Visit, purpose: Purpose) -> list[Entry]:
    """The agreements that one code is for: the visit's and, in a bundle, all others that wait for
    the same. Under their locks."""
    own = Entry(found.link, found.agreement, found.status)
    if not (found.link.bundle_id and found.session.browser) or purpose is Purpose.DELEGATE:
        return [own]
    to_sign = purpose is Purpose.SIGN
    return [
        each
        for each in entries_of(tx, found.link.bundle_id)
        if each.can_enter and (each.status == "open") is to_sign
    ]


def _enough(found: Visit, purpose: Purpose) -> bool:
    """Whether a code entered in this browser is enough: for signing, only a code for signing."""
    return purpose is not Purpose.SIGN and found.proved


def _waits(challenge: Challenge, found: Visit, purpose: Purpose) -> bool:
    ours = challenge.purpose is purpose and challenge.is_for(found.agreement.reference)
    return ours and not (challenge.expired or challenge.consumed)


def _confirmed(
    tx: Transaction,
    found: Visit,
    client: Client,
    purpose: Purpose,
    challenge: Challenge,
    together: Sequence[Entry],
) -> None:
    if found.session.browser:
        link_ids = [each.link.id for each in together]
        tx.bundles.prove(challenge.id, found.session.browser, link_ids)
    for each in together if purpose is Purpose.SIGN else ():
        before = each.agreement
        places = dict(before.places)
        for place in before.own_places(each.link.turn):
            if places[place] in (PlaceState.OPEN, PlaceState.VIEWED):
                places[place] = PlaceState.AUTHENTICATED
        tx.agreements.save(before, dataclasses.replace(before, places=places))
    email = found.agreement.signatory.email
    _log(tx, Event.CODE_CONFIRMED, together, client, email=email, purpose=purpose)


def _is_former(deps: Deps, tx: Transaction, found: Visit, present: str, digits: str) -> bool:
    """Whether this code was mailed before the present one: mails may arrive in another order."""
    mailed = {each.challenge_id for each in tx.messages.of(found.agreement.id)}
    return any(
        hmac.compare_digest(code_for(deps.secret_key, each), digits)
        for each in mailed - {present}
        if each
    )


def _count(
    tx: Transaction, challenge_id: str, client: Client, together: Sequence[Entry]
) -> FieldError:
    left = tx.codes.count_try(challenge_id)
    _log(tx, Event.CODE_REFUSED, together, client, left=left)
    if left == 0:
        return FieldError("code", FieldCode.CODE_LOCKED)
    wrong = FieldCode.CODE_WRONG_LAST if left == 1 else FieldCode.CODE_WRONG
    return FieldError("code", wrong, {"left": left})
