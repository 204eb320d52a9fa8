"""The values of a mail as the database keeps them until it is sent."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from datetime import date
from enum import StrEnum

from service.agreement.changes import Change


def plain(value: object) -> object:
    """As a JSON value; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Change):
        return value.as_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in asdict(value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
