"""The pages' templates: where they are, what every page can use, how dates are shown.

Templates escape values and refuse an unknown name, so a test fails on a forgotten value. Instants
are aware UTC, shown in Brussels time.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemLoader, StrictUndefined

from service.agreement.deadlines import show_date, show_moment, show_moment_with_offset
from service.agreement.look import Logo
from service.agreement.reasons import in_words
from service.texts import OURS, Language, catalogue, folder, named, text
from signatures.acts.font import drawn_in, faces_for
from signatures.effective_date import BRUSSELS, local_date

STATIC = Path(__file__).resolve().parent / "static"
mimetypes.add_type("font/woff2", ".woff2")  # recent Python has it; the system's list may not


@dataclass(frozen=True)
class PageLook:
    """What a page for customers shows of the processor; empty is Zegel's own."""

    logo: Logo | None = None
    logo_url: str = ""
    sheet_url: str = ""
    public_introduction: Sequence[str] = ()


def install(app: Flask, language: Language = OURS) -> None:
    """Give ``app`` a language's templates and helpers, before its first page."""
    app.jinja_loader = FileSystemLoader(folder(language, "pages"))
    app.jinja_options = {
        "undefined": StrictUndefined,
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_env.filters |= filters(language)
    # Replaced if forms are kept (``service/web/again.py``), and by ``service/web/sign/look.py``.
    app.jinja_env.globals |= {
        "language": language,
        "text": lambda key, **values: text(key, language, **values),
        "named": lambda kind, code: named(kind, code, language),
        "static_url": static_url,
        "faces_for": faces_for,
        "drawn_in": drawn_in,
        "notice_again": str,
        "look": PageLook,
    }


def static_url(file: str) -> str:
    """The address of a static file; it changes with the content, so browsers cache it for ever."""
    return _ADDRESSES[file]


def ago(then: datetime, now: datetime, language: Language = OURS) -> str:
    """``zojuist``, ``5 minuten geleden``, ``gisteren``, ``3 dagen geleden``, then the date.

    Days are Brussels calendar days: yesterday evening is yesterday.
    """
    minutes = int((now - then).total_seconds() // 60)
    days = (local_date(now) - local_date(then)).days
    if minutes < 1:
        return text("pages.ago.now", language)
    if minutes < 60:
        return text("pages.ago.minutes", language, count=minutes)
    if days == 0:
        return text("pages.ago.hours", language, count=minutes // 60)
    if days == 1:
        return text("pages.ago.yesterday", language)
    if days <= 30:
        return text("pages.ago.days", language, count=days)
    return show_date(local_date(then), language)


def _day(value: date | datetime) -> date:
    return local_date(value) if isinstance(value, datetime) else value


def _short_date(value: date | datetime) -> str:
    return f"{_day(value):%d/%m/%Y}"


def _hour(instant: datetime) -> str:
    return f"{instant.astimezone(BRUSSELS):%H:%M}"


def breakable(words: str, language: Language = OURS) -> str:
    """The text with soft hyphens in words too long for a small phone."""
    for parts in catalogue("long_words", language).values():
        first, _, last = parts.partition("-")
        words = re.sub(f"({first})({last})", "\\1\u00ad\\2", words, flags=re.IGNORECASE)
    return words


def amount(count: int, most: int) -> str:
    """``1.000``, or ``1.000+`` if counting stopped at ``most``."""
    shown = f"{min(count, most):,}".replace(",", ".")
    return f"{shown}+" if count > most else shown


def filters(language: Language) -> dict[str, Callable[..., str]]:
    return {
        "aantal": amount,
        "datum": lambda value: show_date(_day(value), language),  # 2 maart 2026
        "datum_kort": _short_date,  # 02/03/2026
        "moment": partial(show_moment, language=language),  # 2 maart 2026 om 14:05
        # 2 maart 2026 om 14:05:09 (+01:00)
        "moment_offset": partial(show_moment_with_offset, language=language),
        "uur": _hour,  # 14:05
        "geleden": partial(ago, language=language),
        # the failure of a job, stored as its code
        "in_woorden": partial(in_words, language=language),
        "breekbaar": partial(breakable, language=language),
    }


# Made once: these files belong to the release.
_ADDRESSES = {
    path.name: f"/static/{path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    for path in STATIC.iterdir()
}
