"""The staff log: its lines, and the activities that are kept outside the hash chain for a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

PAGE = 50


class Activity(StrEnum):
    """The kinds of activity; each has a sentence under ``log.what`` in ``staff.toml``."""

    SIGN_IN_FAILED = "sign_in_failed"
    REFUSED = "refused"
    LINK_ASKED = "link_asked"
    DOSSIER_VIEWED = "dossier_viewed"
    TEXT_VIEWED = "text_viewed"
    FILE_FETCHED = "file_fetched"
    LOG_READ = "log_read"


@dataclass(frozen=True)
class Line:
    """``at`` is aware UTC. ``kind`` is an event of the chain or an activity; ``actor`` is
    ``staff:<id>``, ``system`` or empty (unknown); ``client`` and ``personal`` are None if erased or
    never present."""

    at: datetime
    source: str
    id: int
    kind: str
    actor: str
    subject: str
    times: int
    data: Mapping[str, Any]
    personal: Mapping[str, Any]

    @property
    def cursor(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.id}"


_CURSOR = re.compile(r"([0-9T:.+-]{19,40})~(chain|beside)~([0-9]{1,18})", re.ASCII)


def place_of(cursor: str) -> tuple[datetime, str, int] | None:
    """Parse a cursor made by ``Line.cursor``; None (the first page) for anything else."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match[1]).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment, match[2], int(match[3])


@dataclass(frozen=True)
class Wanted:
    """The filter; empty values match everything. ``since`` and ``until`` are aware UTC."""

    staff_id: str = ""
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, str, int] | None = None
