"""Several agreements open in one browser: each tab keeps its own.

Every address of the signing journey has a short name of its link, and each link's session a cookie
under that name. Without the cookie the name gives no access.
"""

from __future__ import annotations

import hashlib
import re

from flask import g, request

VISIT = "bezoek"  # in the address
SIGNER_COOKIE = "signer"
BUNDLE_COOKIE = "bundle"  # of several agreements together, which have their own cookies too
MOST_OF_A_BROWSER = 10  # each costs a header line in every request
_NAME = re.compile(r"[0-9a-f]{10}", re.ASCII)


def name_of(token: str) -> str:
    """A link's short name, from the token in its address."""
    return hashlib.sha256(f"zegel visit {token}".encode()).hexdigest()[:10]


def visit_name() -> str:
    """The name of this request's link, or ''."""
    if "visit_name" not in g:
        g.visit_name = _visit_name()
    name: str = g.visit_name
    return name


def _visit_name() -> str:
    token = (request.view_args or {}).get("token", "")
    if token and request.blueprint == "sign":
        return name_of(token)
    given = request.args.get(VISIT, "")
    return given if _NAME.fullmatch(given) else ""


def signer_cookie(name: str | None = None) -> str:
    """The cookie of this link's session; without a name, the last opened."""
    name = visit_name() if name is None else name
    return f"{SIGNER_COOKIE}-{name}" if name else SIGNER_COOKIE


def bundle_cookie() -> str:
    """The cookie of the bundle in this request's address."""
    return f"{BUNDLE_COOKIE}-{visit_name()}"
