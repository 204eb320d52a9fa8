"""Who holds a link may read the sample of the text before anything is filled in."""

from __future__ import annotations

from service.agreement.model import Agreement
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import LinkUnusable, NotFound
from service.workflow.signing.open_link import landing, visit


def behind_link(deps: Deps, token: str) -> Agreement:
    """The agreement whose sample the holder of a link may read. Raises LinkUnusable, NotFound."""
    found = landing(deps, token)
    if found.agreement is None or found.status != "open":
        raise LinkUnusable(found.status)
    return _fillable(found.agreement)


def behind_cookie(deps: Deps, secret: str) -> Agreement:
    """The same for whoever exchanged the link. Raises LinkUnusable, NotFound."""
    found = visit(deps, secret)
    if found.status != "open":
        raise LinkUnusable(found.status)
    return _fillable(found.agreement)


def _fillable(agreement: Agreement) -> Agreement:
    """A pre-signed offer has its whole text already, and blanks would not be true of it."""
    if agreement.annex_locked:
        raise NotFound(ErrorCode.NOT_FOUND)
    return agreement
