"""The processor's logo on the signing pages.

An uploaded picture is never served as it is: its pixels are re-encoded as a small PNG, so that no
third-party file reaches a signer, and the page stays light.
"""

from __future__ import annotations

import hashlib

from service.agreement.changes import Change, What
from service.agreement.events import Event
from service.agreement.permissions import Permission, Staff, require
from service.database.engine import Transaction
from service.database.people.logos import Logo
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotFound
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.reauthenticate import Proof, must_prove
from service.workflow.turns import NoTurn, Turns
from signatures.acts.images import ImageRefused, small_picture

MOST_BYTES = 5_000_000
PATIENCE_SECONDS = 5.0
_DECODING = Turns(1, 1)


def logo(deps: Deps) -> Logo | None:
    """The current logo, if there is one."""
    with deps.database.begin() as tx:
        return tx.logos.newest()


def logo_png(deps: Deps, sha256: str) -> bytes:
    """The bytes of a logo. Raises NotFound."""
    with deps.database.begin() as tx:
        png = tx.logos.png(sha256)
    if png is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return png


def change_logo(deps: Deps, data: bytes, staff: Staff, proof: Proof) -> None:
    """Use this picture from now on, and notify every administrator. Raises Invalid."""
    require(staff, Permission.MANAGE_PROFILE)
    small, size = _small(data)
    must_prove(deps, staff, proof)
    new = Logo(hashlib.sha256(small).hexdigest(), *size)
    with deps.database.begin() as tx:
        if tx.logos.newest() != new:
            _add(tx, new, small, staff)


def remove_logo(deps: Deps, staff: Staff, proof: Proof) -> None:
    """Remove the logo, so that the name is shown instead. Raises Invalid."""
    require(staff, Permission.MANAGE_PROFILE)
    must_prove(deps, staff, proof)
    with deps.database.begin() as tx:
        if tx.logos.newest():
            _add(tx, None, b"", staff)


def _add(tx: Transaction, new: Logo | None, png: bytes, staff: Staff) -> None:
    tx.logos.add(new, png, staff.id)
    digest = new.sha256 if new else ""
    once = tx.audit.append(None, Event.PROFILE_LOGO_CHANGED, staff, sha256=digest)
    said = Change(What.LOGO if new else What.LOGO_GONE)
    tell_of_change(tx, [said], about=None, by=staff.name, once=once)


def _small(data: bytes) -> tuple[bytes, tuple[int, int]]:
    if not data:
        raise Invalid([FieldError("logo", FieldCode.LOGO_MISSING)])
    if len(data) > MOST_BYTES:
        raise Invalid([FieldError("logo", FieldCode.LOGO_TOO_LARGE)])
    try:
        with _DECODING.turn(PATIENCE_SECONDS):
            return small_picture(data)
    except NoTurn as busy:
        raise Invalid([FieldError("logo", FieldCode.IMAGE_BUSY)]) from busy
    except ImageRefused as refused:
        code = (
            FieldCode.LOGO_TOO_LARGE if refused.code == "too_large" else FieldCode.IMAGE_UNREADABLE
        )
        raise Invalid([FieldError("logo", code)]) from refused
