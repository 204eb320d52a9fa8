"""The controller's representative proves the mailbox with a mailed code.

It proves control of the mailbox at that moment, no more; the evidence says so.
"""

from __future__ import annotations

import dataclasses
import hmac
import uuid

from service.agreement.capabilities import code_for, code_hash, hash_secret
from service.agreement.events import Event
from service.agreement.states import CONTROLLER_PLACES, PlaceState
from service.database.engine import Transaction
from service.database.signing import CODE_MINUTES
from service.deps import Deps
from service.errors import FieldError, Invalid, Refused, TooMany
from service.workflow.actors import Client, signer_actor
from service.workflow.notify import tell_signatory
from service.workflow.open_link import Visit, load_open_visit

CODES_PER_HOUR = 5
# With five tries a code: somebody who has a link but not its mailbox guesses a code of one link
# that lives for thirty days with a chance of 0.15%, and the mailbox is told of every attempt.
CODES_PER_DAY = 10


def request_code(deps: Deps, secret: str, client: Client) -> None:
    """Mail a code of six digits; an earlier one stops working.

    Raises LinkUnusable, Refused before the text is frozen, TooMany after five in an hour or
    ten in a day.
    """
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        agreement = found.agreement
        if not agreement.awaits_controller:
            raise Refused("not_your_turn")
        if tx.signing.codes_since(found.link.id, 60) >= CODES_PER_HOUR:
            raise TooMany("code_too_many", minutes=60)
        if tx.signing.codes_since(found.link.id, 24 * 60) >= CODES_PER_DAY:
            raise TooMany("code_too_many_today")
        challenge_id = str(uuid.uuid4())
        code = code_for(deps.secret_key, challenge_id)
        tx.signing.add_challenge(
            challenge_id,
            found.link.id,
            code_hash(deps.secret_key, challenge_id, code),
            agreement.signatory.email,
        )
        tx.audit.append(
            agreement.id,
            Event.CODE_SENT,
            signer_actor(found.link.signatory_id),
            personal=client.personal(email=agreement.signatory.email),
        )
        tell_signatory(
            tx,
            agreement,
            "code",
            once=challenge_id,
            challenge_id=challenge_id,
            minutes=CODE_MINUTES,
        )


def confirm_code(deps: Deps, secret: str, typed: str, client: Client) -> None:
    """Check the code. A wrong try counts, also when the answer is never seen.

    Raises Invalid naming ``code``: wrong with the tries left, expired, or locked.
    """
    digits = "".join(
        character for character in typed if character.isascii() and character.isdigit()
    )
    if len(digits) != 6:
        raise Invalid([FieldError("code", "code_required")])
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        if not found.agreement.awaits_controller:
            raise Refused("not_your_turn")
        challenge = tx.signing.last_challenge(found.link.id)
        wrong = FieldError("code", "code_expired")
        if challenge and not (challenge.expired or challenge.consumed):
            expected = code_hash(deps.secret_key, challenge.id, digits)
            if hmac.compare_digest(expected, challenge.code_hash):
                if tx.signing.consume(challenge.id, hash_secret(secret)):
                    _confirmed(tx, found, client)
                    return
                wrong = FieldError("code", "code_locked")
            else:
                wrong = _count(tx, found, challenge.id, client)
    # Raised outside the transaction, so that the counted try is kept.
    raise Invalid([wrong])


def _confirmed(tx: Transaction, found: Visit, client: Client) -> None:
    before = found.agreement
    places = dict(before.places)
    for place in CONTROLLER_PLACES:
        if places[place] in (PlaceState.OPEN, PlaceState.VIEWED):
            places[place] = PlaceState.AUTHENTICATED
    tx.agreements.save(before, dataclasses.replace(before, places=places))
    tx.audit.append(
        before.id,
        Event.CODE_CONFIRMED,
        signer_actor(found.link.signatory_id),
        personal=client.personal(email=before.signatory.email),
    )


def _count(tx: Transaction, found: Visit, challenge_id: str, client: Client) -> FieldError:
    left = tx.signing.count_try(challenge_id)
    tx.audit.append(
        found.agreement.id,
        Event.CODE_REFUSED,
        signer_actor(found.link.signatory_id),
        personal=client.personal(),
        left=left,
    )
    if left == 0:
        return FieldError("code", "code_locked")
    return FieldError("code", "code_wrong_last" if left == 1 else "code_wrong", {"left": left})
