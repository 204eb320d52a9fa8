"""What every view needs: external services, the browser, the signed-in person, and its policy.

Each view has one policy: ``@public(reason)``, ``@signer`` or ``@require_staff(...)``; a test checks
all routes.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, request, url_for

from service.agreement.accounts import Session
from service.agreement.permissions import Permission, Staff, require
from service.deps import Deps
from service.web.security import (
    AGAIN_FIELD,
    KNOWN_BROWSER_COOKIE,
    SAFE,
    SHOW_AGAIN,
    SIGNED_OUT,
    STAFF_COOKIE,
    View,
    WebSecurity,
    marked,
)
from service.workflow.actors import Client
from service.workflow.people.accounts import KNOWN_BROWSER_SECONDS
from service.workflow.people.reauthenticate import FIELD, Proof, fresh
from service.workflow.people.sessions import find

MOST_OF_A_HEADER = 400  # characters
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::\d*)?")


@dataclass(frozen=True)
class Policy:
    """Who may reach a view: public, signer or staff; ``detail`` is the reason or the permission
    (empty: anybody signed in)."""

    kind: str
    detail: str


SIGNER = Policy("signer", "")


def deps() -> Deps:
    return cast(Deps, current_app.extensions["zegel"])


def security() -> WebSecurity:
    """The application's guard, which names and sets our cookies."""
    return cast(WebSecurity, current_app.extensions["zegel_security"])


def client() -> Client:
    """The browser of this request, for evidence; both values can be forged."""
    return Client(ip_address(request.remote_addr), _plain(request.headers.get("User-Agent", "")))


def current_staff() -> Staff:
    """The signed-in person, after ``require_staff`` or if ``visitor`` found one."""
    return cast(Staff, g.staff)


def visitor() -> Staff | None:
    """The signed-in person, looked up once per request."""
    if "staff" not in g:
        g.session = find(deps(), staff_secret())
        g.staff = g.session.person if g.session else None
    return cast("Staff | None", g.staff)


def current_session() -> Session:
    """The person's session, under the same condition as ``current_staff``."""
    return cast(Session, g.session)


def asks_password() -> bool:
    """Whether an important change asks the password again."""
    return not fresh(current_session(), datetime.now(UTC))


def proof() -> Proof:
    """This request's proof of identity for an important change."""
    return Proof(staff_secret(), request.form.get(FIELD, ""), known_browser())


def public(reason: str) -> Callable[[View], View]:
    """A view for everybody, with the reason why."""
    return marked("policy", Policy("public", reason))


def signer(view: View) -> View:
    """A view for the signer: its workflow checks the session's cookie."""
    return marked("policy", SIGNER)(view)


def require_staff(
    permission: Permission | None = None, *, first_password: bool = False
) -> Callable[[View], View]:
    """A view for signed-in staff with ``permission``, None for anybody. Raises NotAllowed.

    Without a session the browser signs in and returns, to its form if it sent one. Somebody with a
    printed first password must choose another, except in views with ``first_password``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            staff = visitor()
            if staff is None:
                return _to_sign_in()
            if staff.first_password and not first_password:
                return redirect(url_for("staff.first_password"), 303)
            if permission is not None:
                require(staff, permission)
            return view(*args, **kwargs)

        detail = permission.value if permission else ""
        return marked("policy", Policy("staff", detail))(cast(View, guarded))

    return decorate


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """The policy of a view, None when forgotten."""
    return cast("Policy | None", getattr(view, "policy", None))


def local_path(address: str) -> str:
    """``address`` if it is a path of this service, else '' (against open redirects)."""
    odd = any(ord(character) < 33 for character in address) or "\\" in address
    if odd or not address.startswith("/") or address.startswith("//"):
        return ""
    parts = urlsplit(address)
    return "" if parts.scheme or parts.netloc else address


def set_staff_cookie(response: Response, secret: str) -> None:
    """Kept until the browser closes; the database ends an idle session earlier."""
    security().set_cookie(response, STAFF_COOKIE, secret)


def drop_staff_cookie(response: Response) -> None:
    security().clear_cookie(response, STAFF_COOKIE)


def set_known_browser(response: Response, value: str) -> None:
    """Remember for a year that somebody signed in from this browser."""
    security().set_cookie(response, KNOWN_BROWSER_COOKIE, value, seconds=KNOWN_BROWSER_SECONDS)


def known_browser() -> str:
    return security().cookie(KNOWN_BROWSER_COOKIE)


def staff_secret() -> str:
    return security().cookie(STAFF_COOKIE)


def ip_address(given: str | None) -> str:
    """The IP address in a value from a proxy or the server, or ''.

    A proxy may add a port and brackets (``203.0.113.7:51234``, ``[2001:db8::1]:443``), or give
    ``unknown`` or an obfuscated name (RFC 7239, section 6).
    """
    bare = (given or "").strip().strip('"')
    if bracketed := _BRACKETED.fullmatch(bare):
        bare = bracketed[1]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare.partition("%")[0]))
    except ValueError:
        return ""


def _plain(header: str) -> str:
    """Printable ASCII as in RFC 9110; the evidence sheet cannot print the rest."""
    return "".join(each if " " <= each <= "~" else "?" for each in header)[:MOST_OF_A_HEADER]


def _to_sign_in() -> Any:
    if request.method in SAFE:
        onward = request.full_path.rstrip("?")
        sent = AGAIN_FIELD in request.args
    else:
        onward, sent = current_app.extensions[SHOW_AGAIN](SIGNED_OUT), True
    said = "kept" if sent else None
    return redirect(url_for("staff.sign_in", verder=onward or None, melding=said), 303)
