"""Shows a form with mistakes again after a redirect, so that *Back* and *Reload* never resend it.

The input and mistakes of a refused POST (303) are kept for a few hours
(``service/workflow/kept_forms.py``), for this browser and the form's page. A form with an expired
token (``security.SHOW_AGAIN``), or sent after the session ended, is shown again likewise; nothing
is carried out. Files, passwords, codes and tokens are never kept (``NEVER_KEPT``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from service.agreement.permissions import Staff
from service.error_codes import FieldCode
from service.texts import OURS, text
from service.web.context import SIGNER, deps, policy_of, security, visitor
from service.web.security import (
    AGAIN_FIELD,
    SAFE,
    SHOW_AGAIN,
    SIGNED_OUT,
    STALE,
    TOKEN_FIELD,
    View,
    marked,
)
from service.web.visits import signer_cookie, visit_name
from service.workflow import kept_forms

NEVER_KEPT = frozenset(
    {TOKEN_FIELD, AGAIN_FIELD, "password", "old", "new", "again", "own_password", "code"}
)
NOTICE = "melding"  # in an address
# Marks a browser that sent a form without a session; until then no page looks for one.
UNSENT_COOKIE = "unsent"
LARGEST = 512 * 1024  # characters kept of one form; a drawing is a data URL
LARGEST_OF_STRANGERS = 32 * 1024
_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


@dataclass(frozen=True)
class Again:
    """What a page shows again: the fields as typed, their mistakes, and the view's own data. False
    if there is nothing."""

    form: MultiDict[str, str] = field(default_factory=MultiDict)
    errors: dict[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    found: bool = False
    status: int = 200
    wait_seconds: int = 0
    notice: str = ""
    kept_at: datetime | None = None

    def __bool__(self) -> bool:
        return self.found

    @property
    def values(self) -> dict[str, str]:
        """One value per field; the first of a repeated one."""
        return self.form.to_dict()


def install(app: Flask) -> None:
    """Let the pages of ``app`` show forms again. Call after ``security``."""
    app.extensions[SHOW_AGAIN] = show_again
    app.jinja_env.globals["notice_again"] = notice_again

    @app.after_request
    def finish(response: Response) -> Response:
        return _finish(response)


def shown_at(endpoint: str) -> Callable[[View], View]:
    """Names the page with the form of a POST view at an address without a page."""
    return marked("shown_at", endpoint)


def ask_again(
    errors: Mapping[str, str],
    status: int = 422,
    *,
    at: str = "",
    fields: Mapping[str, str | list[str]] | None = None,
    wait_seconds: int = 0,
    **more: Any,
) -> WerkzeugResponse:
    """303 See Other: the form's page, which shows the input and ``errors``.

    ``at`` is another page; ``fields`` replace the posted input; ``more`` are JSON values for the
    view.
    """
    content = {"errors": dict(errors), "status": status, "wait": wait_seconds, "more": more}
    g.came_back = True
    return redirect(_kept_at(at or page_of_form(), content, fields), 303)


def again() -> Again:
    """What this page shows again. Changes nothing."""
    if "again" not in g:
        g.again = _read(request.path)
    found: Again = g.again
    return found


def show_again(notice: str) -> str:
    """The address of the page that shows this request's form as sent, with a notice; '' if none."""
    page = page_of_form()
    if not page:
        return ""
    g.came_back = True
    if set(request.form) <= NEVER_KEPT:  # only a button
        return _with(page, [(NOTICE, notice)])
    more = dict(sent_again().more)  # what the page showed besides the form stays there
    content = {"errors": {}, "status": 200, "notice": notice, "more": more}
    return _kept_at(page, content, None)


def page_of_form() -> str:
    """The address of the page with the form that was sent, or ''."""
    view = current_app.view_functions.get(request.endpoint or "")
    endpoint: str = getattr(view, "shown_at", "")
    parts: Mapping[str, Any] = request.view_args or {}
    if not endpoint:
        try:
            endpoint, parts = current_app.url_map.bind("").match(request.path, method="GET")
        except HTTPException:
            return ""
    taken = next(current_app.url_map.iter_rules(endpoint)).arguments
    page = url_for(endpoint, **{name: part for name, part in parts.items() if name in taken})
    # What the form's address says besides, such as a list's filters.
    known = {NOTICE, AGAIN_FIELD, *parse_qs(urlsplit(page).query)}
    more = [each for each in request.args.items(multi=True) if each[0] not in known]
    return _with(page, more) if more else page


def notice_again() -> str:
    """The sentence that says why a sent form is shown again."""
    if request.method not in SAFE:
        return ""
    notice = again().notice or request.args.get(NOTICE, "")
    return text(f"pages.again.{notice}", OURS) if notice in (STALE, SIGNED_OUT) else ""


def forget_this_browser() -> None:
    kept_forms.forget_all(deps(), _holder())


def fields_sent(most: int) -> tuple[dict[str, list[str]], bool]:
    """The input of this form, without what is never kept, and whether more was left out.

    The largest fields are left out until at most ``most`` characters remain.
    """
    sent = request.form.to_dict(flat=False)
    return _within({name: sent[name] for name in sent if name not in NEVER_KEPT}, most)


def _kept_at(
    page: str, content: Mapping[str, Any], fields: Mapping[str, str | list[str]] | None
) -> str:
    stranger = _stranger()
    former = "" if fields is not None else request.form.get(AGAIN_FIELD, "")
    most = LARGEST_OF_STRANGERS if stranger else LARGEST
    if fields is None:
        kept, too_large = fields_sent(most)
    else:
        kept, too_large = _within({name: _listed(each) for name, each in fields.items()}, most)
    errors = dict(content["errors"])
    if too_large:
        errors.setdefault("form", text(f"errors.{FieldCode.TOO_LARGE_TO_KEEP}", OURS))
    g.sent_by_stranger = stranger
    form_id = kept_forms.keep(
        deps(),
        kept_forms.Place(_holder(), _hash(urlsplit(page).path)),
        {**content, "errors": _from_top_to_bottom(errors, kept), "fields": kept},
        former=former if _ID.fullmatch(former) else "",
        staff=_staff(),
        stranger=stranger,
    )
    return _with(page, [(AGAIN_FIELD, form_id)])


def _from_top_to_bottom(
    errors: Mapping[str, str], fields: Mapping[str, list[str]]
) -> list[tuple[str, str]]:
    """The mistakes in the order of the page, in which browsers send a form; a choice not made comes
    last.

    Pairs, because the database does not keep the order of an object's names. Of a request that is
    too large only ``fields`` are known.
    """
    if request.content_length and request.content_length > (request.max_content_length or 0):
        return sorted(errors.items(), key=lambda each: each[0] not in fields)
    sent = {name: place for place, name in enumerate((*request.form, *request.files))}
    return sorted(errors.items(), key=lambda each: sent.get(each[0], len(sent)))


def sent_again() -> Again:
    """What the page with this form showed, for the view that the form is sent to."""
    return _kept(urlsplit(page_of_form()).path, request.form.get(AGAIN_FIELD, ""))


def again_at(page: str) -> Again:
    """The same of another page, for a picture on it."""
    return _read(page)


def _read(page: str) -> Again:
    if request.method not in SAFE:
        return Again()
    return _kept(page, request.args.get(AGAIN_FIELD, ""))


def _kept(page: str, form_id: str) -> Again:
    content = None
    place = kept_forms.Place(_holder(), _hash(page))
    if _ID.fullmatch(form_id):
        content = kept_forms.find(deps(), form_id, place, _staff())
    elif security().cookie(UNSENT_COOKIE) and _is_for_signer():
        # Sent when the cookies were gone: for when the link is opened again.
        form_id, content = kept_forms.waiting(deps(), place) or ("", None)
    if content is None:
        return Again()
    g.shown_again = form_id  # the form includes it, so that the next mistake replaces it
    pairs = [(name, each) for name, listed in content["fields"].items() for each in listed]
    return Again(
        form=MultiDict(pairs),
        errors=dict(content["errors"]),
        more=content.get("more", {}),
        found=True,
        status=content["status"],
        wait_seconds=content.get("wait", 0),
        notice=content.get("notice", ""),
        kept_at=content["kept_at"],
    )


def _finish(response: Response) -> Response:
    shown: Again | None = g.get("again")
    if shown and response.status_code == 200:
        response.status_code = shown.status
        if shown.wait_seconds:
            response.headers["Retry-After"] = str(shown.wait_seconds)
    accepted = request.method not in SAFE and response.status_code < 400
    if accepted and "came_back" not in g:
        former = request.form.get(AGAIN_FIELD, "")
        if _ID.fullmatch(former):
            kept_forms.forget(deps(), former, _holder())
    if g.get("sent_by_stranger"):
        security().set_cookie(response, UNSENT_COOKIE, "1")
    return response


def _is_for_signer() -> bool:
    return policy_of(current_app.view_functions[request.endpoint or ""]) == SIGNER


def _within(fields: dict[str, list[str]], most: int) -> tuple[dict[str, list[str]], bool]:
    """The fields without the largest ones, if they are too large together."""
    kept = dict(fields)
    while len(json.dumps(kept)) > most:
        del kept[max(kept, key=lambda name: len(json.dumps(kept[name])))]
    return kept, len(kept) < len(fields)


def _stranger() -> bool:
    """Whether this request has no session of staff or a signer."""
    if _staff() is not None:
        return False
    return not kept_forms.has_session(deps(), security().cookie(signer_cookie()))


def _staff() -> Staff | None:
    """The member of staff; None in the signing journey."""
    return None if request.blueprint == "sign" else visitor()


def _holder() -> bytes:
    """Identifies this browser and the agreement in this tab."""
    return _hash(f"{security().browser()}\n{visit_name()}")


def _hash(words: str) -> bytes:
    return hashlib.sha256(f"zegel kept form\n{words}".encode()).digest()


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _with(address: str, query: Sequence[tuple[str, str]]) -> str:
    bare, mark, fragment = address.partition("#")
    return f"{bare}{'&' if '?' in bare else '?'}{urlencode(query)}{mark}{fragment}"
