"""The picture of the processor's logo: an upload or drawing (SVG) is re-encoded as a small PNG, so
that no third-party file reaches a signer."""

from __future__ import annotations

import hashlib

from service.agreement.look import Logo
from service.deps import Deps
from service.documents.drawings.picture import is_drawing, picture_of
from service.documents.drawings.refused import DrawingRefused
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotFound
from service.workflow.turns import NoTurn, Turns
from signatures.acts.images import ImageRefused, small_picture

MOST_BYTES = 5_000_000
PATIENCE_SECONDS = 5.0
_DECODING = Turns(1, 1)
_OF_A_DRAWING = {
    "text": FieldCode.DRAWING_TEXT,
    "element": FieldCode.DRAWING_ELEMENT,
    "too_much": FieldCode.DRAWING_TOO_MUCH,
    "unreadable": FieldCode.DRAWING_UNREADABLE,
}


def logo_png(deps: Deps, sha256: str) -> bytes:
    """Raises NotFound."""
    with deps.database.begin() as tx:
        png = tx.looks.png(sha256)
    if png is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return png


def small_logo(data: bytes) -> tuple[Logo, bytes]:
    """The logo in an uploaded picture, and its bytes as a small PNG. Raises Invalid."""
    if len(data) > MOST_BYTES:
        raise Invalid([FieldError("logo", FieldCode.LOGO_TOO_LARGE)])
    try:
        with _DECODING.turn(PATIENCE_SECONDS):
            png, size = small_picture(picture_of(data) if is_drawing(data) else data)
    except NoTurn as busy:
        raise Invalid([FieldError("logo", FieldCode.IMAGE_BUSY)]) from busy
    except DrawingRefused as refused:
        named = {"element": refused.element} if refused.element else {}
        raise Invalid([FieldError("logo", _OF_A_DRAWING[refused.code], named)]) from refused
    except ImageRefused as refused:
        code = (
            FieldCode.LOGO_TOO_LARGE if refused.code == "too_large" else FieldCode.IMAGE_UNREADABLE
        )
        raise Invalid([FieldError("logo", code)]) from refused
    return Logo(hashlib.sha256(png).hexdigest(), *size), png
