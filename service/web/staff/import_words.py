"""Imports in words: durations and filters; numbers in addresses."""

from __future__ import annotations

import re
from datetime import timedelta

from service.texts import OURS, text

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_MINUTES, _HOURS = 90, 36  # from here on, the next larger unit


def whole_number(typed: str) -> int | None:
    return int(typed) if _WHOLE.fullmatch(typed.strip()) else None


def duration(lasts: timedelta) -> str:
    minutes = round(lasts.total_seconds() / 60)
    if minutes < 1:
        return text("bulk.lasts.seconds", OURS)
    if minutes < _MINUTES:
        return text("bulk.lasts.minutes", OURS, count=minutes)
    hours = round(minutes / 60)
    if hours < _HOURS:
        return text("bulk.lasts.hours", OURS, count=hours)
    return text("bulk.lasts.days", OURS, count=round(hours / 24))
