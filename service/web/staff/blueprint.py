"""The staff's blueprint, and how its pages are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from service.error_words import words_of
from service.errors import Invalid, Refused
from service.texts import OURS, has_text, text
from service.web.again import ask_again
from service.web.context import deps, visitor
from service.web.errors import answer, status_of
from service.web.mistakes import sentences
from service.web.security import SAFE
from service.workflow.keeping.listing import waiting_count

blueprint = Blueprint("staff", __name__)
# A mistake comes back on its form's page, unless a view does otherwise.
blueprint.register_error_handler(Invalid, lambda wrong: ask_again(sentences(wrong)))


@blueprint.errorhandler(Refused)
def refused(refusal: Refused) -> Any:
    """So does what the rules refuse."""
    said, status = words_of(refusal), status_of(refusal)
    if request.method in SAFE:  # no redirect, so that no redirect loop can occur
        return answer(status, said, code=refusal.code)
    return ask_again({"form": said}, status, wait_seconds=refusal.wait_seconds)


def show(
    template: str, status: int = 200, *, to_sign: int | None = None, **context: Any
) -> tuple[str, int]:
    """A page in the staff frame: the person, the notice, and the menu's count, ``to_sign`` if
    known."""
    page = render_template(
        template,
        staff=visitor(),
        to_sign=_waiting() if to_sign is None else to_sign,
        now=datetime.now(UTC),
        notice=notice(),
        **context,
    )
    return page, status


def to(endpoint: str, *, done: str = "", **values: Any) -> Any:
    """303 See Other, after a POST; ``done`` names the sentence to show."""
    return redirect(url_for(endpoint, melding=done or None, **values), 303)


def notice() -> str:
    """What was just done; only sentences of the catalogue."""
    key = f"staff.notice.{request.args.get('melding', '')}"
    return text(key, OURS) if has_text(key, OURS) else ""


def _waiting() -> int:
    staff = visitor()
    return waiting_count(deps(), staff) if staff else 0
