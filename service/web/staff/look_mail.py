"""Mails with sample values, on a page that allows no styles in its elements: each becomes a class
in the preview's style sheet. Links lead nowhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from service.agreement.look import INTRODUCED, INTRODUCED_AS, PLAIN, Look
from service.agreement.parties import Processor
from service.mail.compose import compose
from service.texts import OURS, table

_STYLE = re.compile(r'style="([^"]*)"')
_BODY = re.compile(r'(<div role="article".*</div>)\s*</body>', re.DOTALL)
_MOMENT = datetime(2026, 3, 2, 14, 5).astimezone().isoformat()
_DAY = date(2026, 4, 1).isoformat()


def subject_of_ours(kind: str, processor: Processor | None) -> str:
    """The subject of a mail of this kind without one of the processor."""
    return compose(kind, _sample(processor), OURS).subject


def without_styles(kind: str, look: Look, processor: Processor) -> tuple[str, Markup]:
    """The subject and the body of a mail, with classes for styles."""
    mail = compose(kind, _sample(processor), OURS, look)
    (body,) = _BODY.findall(mail.html)
    body = _STYLE.sub(lambda found: f'class="{_class_of(found[1])}"', body)
    body = re.sub(r' href="[^"]*"', "", body).replace("<h1", "<h3").replace("</h1", "</h3")
    body = re.sub(r' role="article"| aria-[a-z]+="[^"]*"', "", body)
    return mail.subject, Markup(body)  # noqa: S704 - ours


def with_several(kinds: Iterable[str]) -> list[str]:
    """Each kind, followed by the one about several agreements that looks the same."""
    several = {one: kind for kind, one in INTRODUCED_AS.items()}
    return [each for kind in kinds for each in (kind, several.get(kind)) if each]


def styles_of_mails(colour: str) -> str:
    look = Look(accent=colour, signature_line="-", introductions=dict.fromkeys(INTRODUCED, "-"))
    found = {
        style
        for kind in with_several(INTRODUCED)
        for each in (look, PLAIN)
        for style in _STYLE.findall(compose(kind, _sample(None), OURS, each).html)
    }
    return "".join(f".mail-shown .{_class_of(style)}{{{style}}}" for style in sorted(found))


def _class_of(style: str) -> str:
    return f"m-{hashlib.sha256(style.encode()).hexdigest()[:10]}"


def _sample(processor: Processor | None) -> dict[str, Any]:
    words = table("staff", OURS)["look_sample"]
    days = dict.fromkeys(("valid_until", "effective_date", "expired_on"), _DAY)
    return {
        **words,
        **days,
        "agreements": [{**days, **each, "already_signed": False} for each in words["agreements"]],
        "processor_name": processor.known_as if processor else "-",
        "contact_email": processor.email if processor else "-",
        "contact_phone": processor.phone if processor else "-",
        "counterparty": processor.known_as if processor else "-",
        **dict.fromkeys(("signed_at", "declined_at", "delegated_at"), _MOMENT),
        **dict.fromkeys(("pre_signed", "for_staff", "already_signed"), False),
        **dict.fromkeys(("message", "delegated_by", "reason"), ""),
        "attached": True,
        "minutes": 10,
        "purpose": "sign",
    }
