"""The holder of a link may read the sample text before filling anything in."""

from __future__ import annotations

from service.agreement.model import Agreement
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import LinkUnusable, NotFound
from service.workflow.signing.open_link import landing, visit


def behind_link(deps: Deps, token: str) -> Agreement:
    """The agreement of a link, if its sample may be read. Raises LinkUnusable, NotFound."""
    found = landing(deps, token)
    if found.agreement is None or found.status != "open":
        raise LinkUnusable(found.status)
    return _fillable(found.agreement)


def behind_cookie(deps: Deps, secret: str) -> Agreement:
    """The same for a session started with the link. Raises LinkUnusable, NotFound."""
    found = visit(deps, secret)
    if found.status != "open":
        raise LinkUnusable(found.status)
    return _fillable(found.agreement)


def _fillable(agreement: Agreement) -> Agreement:
    """Refuse a pre-signed offer: its text is complete, so a sample with blanks would be wrong."""
    if agreement.annex_locked:
        raise NotFound(ErrorCode.NOT_FOUND)
    return agreement
