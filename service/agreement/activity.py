"""The log of staff: its lines, and what is noted beside the hash-chained log, for a while."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

PAGE = 50


class Activity(StrEnum):
    """Each kind; its sentence stands under ``log.what`` in ``staff.toml``."""

    SIGN_IN_FAILED = "sign_in_failed"
    REFUSED = "refused"
    LINK_ASKED = "link_asked"
    DOSSIER_VIEWED = "dossier_viewed"
    TEXT_VIEWED = "text_viewed"
    FILE_FETCHED = "file_fetched"
    LOG_READ = "log_read"


@dataclass(frozen=True)
class Line:
    """One line of the log of staff. ``at`` is aware UTC.

    ``kind`` is an event of the chain or an activity; ``actor`` is ``staff:<id>``, ``system`` or
    empty for a stranger; ``client`` and ``personal`` are None where erased or never there.
    """

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
        """Where the next page begins."""
        return f"{self.at.isoformat()}~{self.source}~{self.id}"


_CURSOR = re.compile(r"([0-9T:.+-]{19,40})~(chain|beside)~([0-9]{1,18})", re.ASCII)


def place_of(cursor: str) -> tuple[datetime, str, int] | None:
    """What ``Line.cursor`` made; None for anything else, which begins at the first page."""
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
    """What to look for; empty is everything. ``since`` and ``until`` are aware UTC."""

    staff_id: str = ""
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, str, int] | None = None
