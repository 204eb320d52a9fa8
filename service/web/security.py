"""The checks on every request and the headers of every answer (ASVS 5.0: 3.3.1, 3.4, 3.5.1, 4.2.1).

- only requests for our own host are answered; no link or redirect uses a ``Host`` header;
- an unsafe method must come from our own origin with a token bound to this browser; a form whose
  token expired is only shown again;
- nothing is framed, sniffed, cached or sent on as referrer; scripts and styles are our own files.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from service.deps import Deps
from service.web.visits import signer_cookie

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the preview of a signature is a data URL
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",
}
# Files that are not pages need only these headers.
PARTS = ("text/css", "text/javascript", "font/woff2")
PART_HEADERS = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")
SIGNER_PATH = "/tekenen/"
ACCOUNT_LINK_PATH = "/account/link/"  # its address is a secret too
HEALTH_PATHS = ("/healthz", "/readyz")  # load balancers use any host name
SAFE = ("GET", "HEAD", "OPTIONS")
BODY_LIMIT = 256 * 1024
LARGEST_FIELDS = 4 * 1024 * 1024  # bytes of all fields but files; a drawn signature is a data URL
BROWSER_COOKIE = "browser"
STAFF_COOKIE = "staff"
KNOWN_BROWSER_COOKIE = "known"  # long-lived: a member of staff signed in from this browser before
TOKEN_FIELD = "csrf_token"  # noqa: S105  the name of a form field
AGAIN_FIELD = "opnieuw"  # in a form and in an address: which kept form is shown again
# The key in ``app.extensions`` of the function that returns the address of the page that shows this
# form again with a notice.
SHOW_AGAIN = "zegel_show_form_again"
# The notices: the token has expired; nobody is signed in.
STALE, SIGNED_OUT = "verlopen", "afgemeld"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class WebSecurity:
    """The guard of one application; ``base_url`` has no path, ``key`` is 32 secret bytes."""

    base_url: str
    key: bytes

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The only host (with port) that is answered."""
        return urlsplit(self.base_url).netloc

    def cookie_name(self, name: str) -> str:
        """``__Host-zegel-name`` over TLS; browsers refuse it on plain http."""
        return f"__Host-zegel-{name}" if self.secure else f"zegel-{name}"

    def cookie(self, name: str) -> str:
        return request.cookies.get(self.cookie_name(name), "")

    def set_cookie(
        self, response: WerkzeugResponse, name: str, value: str, *, seconds: int | None = None
    ) -> None:
        """Without ``seconds`` it lasts until the browser closes."""
        response.set_cookie(
            self.cookie_name(name),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )

    def clear_cookie(self, response: WerkzeugResponse, name: str) -> None:
        response.delete_cookie(
            self.cookie_name(name), path="/", secure=self.secure, httponly=True, samesite="Lax"
        )

    def token(self) -> str:
        """A form's token, different each time, so that compression reveals nothing."""
        salt = secrets.token_urlsafe(12)
        return f"{salt}.{self._mac(salt, self.browser())}"

    def token_is_ours(self, given: str) -> bool:
        """Whether a posted token was made for this browser and session."""
        salt, _, mac = given.partition(".")
        browser = self.cookie(BROWSER_COOKIE)
        return bool(browser and mac) and hmac.compare_digest(
            mac.encode(), self._mac(salt, browser).encode()
        )

    def browser(self) -> str:
        """This browser's random identifier; a new one is set with the answer."""
        known: str = self.cookie(BROWSER_COOKIE) or g.get("new_browser", "")
        if not known:
            known = g.new_browser = secrets.token_urlsafe(24)
        return known

    def _mac(self, salt: str, browser: str) -> str:
        # Signing in or out changes the session and so every token on older pages. Signers and staff
        # have
        # separate sessions in one browser.
        session = self.cookie(signer_cookie() if _for_signer() else STAFF_COOKIE)
        message = "\n".join(("csrf", salt, browser, session)).encode()
        return hmac.new(self.key, message, "sha256").hexdigest()


def marked(name: str, value: object) -> Callable[[View], View]:
    """Gives a view an attribute, for the functions around it."""

    def mark(view: View) -> View:
        setattr(view, name, value)
        return view

    return mark


def body_limit(limit: int) -> Callable[[View], View]:
    """Lets a view accept more than ``BODY_LIMIT`` (bytes)."""
    return marked("body_limit", limit)


def largest_body(app: Flask) -> Callable[[str, str], int]:
    """For a web server: the largest body (bytes) for a method and path."""
    addresses = app.url_map.bind("")

    def largest(method: str, path: str) -> int:
        try:
            endpoint, _ = addresses.match(path, method=method)
        except HTTPException:  # not found, not allowed, elsewhere: the answer reads no body
            return BODY_LIMIT
        return _limit_of(app, endpoint)

    return largest


def _limit_of(app: Flask, endpoint: str) -> int:
    return int(getattr(app.view_functions.get(endpoint), "body_limit", BODY_LIMIT))


def cacheable(seconds: int) -> Callable[[View], View]:
    """Lets everybody cache a view's answers, which are the same for all and have no secrets."""
    return marked("cached_seconds", seconds)


def install(app: Flask) -> WebSecurity:
    """Guard the running application, whose dependencies are in ``extensions["zegel"]``."""
    deps: Deps = app.extensions["zegel"]
    return protect(app, base_url=deps.settings.base_url, secret_key=deps.secret_key)


def protect(app: Flask, *, base_url: str, secret_key: bytes) -> WebSecurity:
    """Guard ``app``. Register before all others."""
    key = hmac.digest(secret_key, b"zegel web forms", "sha256")
    security = WebSecurity(base_url.rstrip("/"), key)
    app.extensions["zegel_security"] = security

    @app.before_request
    def guard() -> WerkzeugResponse | None:
        elsewhere = _check_host(security)
        return elsewhere or _check_form(app, security)

    @app.after_request
    def finish(response: Response) -> Response:
        return _finish(security, response)

    app.jinja_env.globals["csrf_field"] = lambda: _hidden_fields(security)
    return security


def _hidden_fields(security: WebSecurity) -> Markup:
    """Those of all our forms: the token, and which kept form is shown."""
    carried = {TOKEN_FIELD: security.token(), AGAIN_FIELD: g.get("shown_again", "")}
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup().join(field.format(name, value) for name, value in carried.items() if value)


def _check_host(security: WebSecurity) -> WerkzeugResponse | None:
    if request.path in HEALTH_PATHS or request.host == security.host:
        return None
    if not (request.method in SAFE and _is_loopback(request.host) and _is_loopback(security.host)):
        abort(400)
    # localhost and 127.0.0.1 are two sites for cookies: use only one
    return redirect(security.base_url + request.full_path.rstrip("?"), 302)


def _for_signer() -> bool:
    return request.path.startswith(SIGNER_PATH)


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _check_form(app: Flask, security: WebSecurity) -> WerkzeugResponse | None:
    view = app.view_functions.get(request.endpoint or "")
    limit = _limit_of(app, request.endpoint or "")
    request.max_content_length = limit
    request.max_form_memory_size = min(limit, LARGEST_FIELDS)
    if request.method in SAFE or getattr(view, "no_cookies", False):
        _check_text()
        return None
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    if site not in (None, "same-origin", "none"):
        abort(400, "csrf")
    # With the policy "no-referrer" browsers send the origin "null"; the other checks decide.
    if origin not in ("null", security.base_url):
        abort(400, "csrf")
    _check_text()
    if security.token_is_ours(request.form.get(TOKEN_FIELD, "")):
        return None
    # If another site made a browser send a form, showing it filled in would invite a person to send
    # it
    # with the page's token. Only what the browser calls our own is shown.
    asked_by_person = not getattr(view, "for_scripts", False)
    ours = asked_by_person and (site == "same-origin" or origin == security.base_url)
    address = app.extensions[SHOW_AGAIN](STALE) if ours and SHOW_AGAIN in app.extensions else ""
    if not address:
        abort(400, "csrf")
    return redirect(address, 303)


def _check_text() -> None:
    """PostgreSQL accepts no NUL, and nobody sends one in good faith."""
    given = [request.path, *_all(request.args)]
    if request.method not in SAFE:
        given += _all(request.form)
    if any("\0" in each for each in given):
        abort(400)


def _all(fields: MultiDict[str, str]) -> list[str]:
    return [each for name, value in fields.items(multi=True) for each in (name, value)]


def without_cookies(view: View) -> View:
    """Marks a view that no cookie opens, so that no form can be forged."""
    return marked("no_cookies", True)(view)


def for_scripts(view: View) -> View:
    """Marks a view for our scripts, which get mistakes at once, with 4xx."""
    return marked("for_scripts", True)(view)


def _finish(security: WebSecurity, response: Response) -> Response:
    ours = request.endpoint == "static" or _cached_seconds(response)
    part = ours and response.mimetype in PARTS
    for name in PART_HEADERS if part else HEADERS:
        response.headers.setdefault(name, HEADERS[name])
    if _for_signer() or request.path.startswith(ACCOUNT_LINK_PATH):
        response.headers["Referrer-Policy"] = "no-referrer"
    if security.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif seconds := _cached_seconds(response):
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
    else:
        response.headers["Cache-Control"] = "no-store"
    if new_browser := g.get("new_browser"):
        security.set_cookie(response, BROWSER_COOKIE, new_browser)
    return response


def _cached_seconds(response: Response) -> int:
    view = current_app.view_functions.get(request.endpoint or "")
    seconds: int = getattr(view, "cached_seconds", 0)
    return seconds if response.status_code in (200, 304) else 0
