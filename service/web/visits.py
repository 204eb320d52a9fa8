"""Agreements that are open side by side in one browser: each tab says which one it shows.

Every address of the signing journey carries a short name of its link, and each link's session has a
cookie of its own under that name. So a tab goes on with the agreement that was opened in it, also
after another was opened beside it. The name opens nothing: without the cookie it is only letters.
"""

from __future__ import annotations

import hashlib
import re

from flask import request

VISIT = "bezoek"  # in the address
SIGNER_COOKIE = "signer"
MOST_OF_A_BROWSER = 10  # each costs a header line with every request
_NAME = re.compile(r"[0-9a-f]{10}", re.ASCII)


def name_of(token: str) -> str:
    """The short name of a link, by the token in its address."""
    return hashlib.sha256(f"zegel visit {token}".encode()).hexdigest()[:10]


def visit_name() -> str:
    """The link that this request is about, or an empty string where its address does not say."""
    token = (request.view_args or {}).get("token", "")
    if token and request.blueprint == "sign":
        return name_of(token)
    given = request.args.get(VISIT, "")
    return given if _NAME.fullmatch(given) else ""


def signer_cookie(name: str | None = None) -> str:
    """The cookie of this link's session; without a name that of the link that was opened last."""
    name = visit_name() if name is None else name
    return f"{SIGNER_COOKIE}-{name}" if name else SIGNER_COOKIE
