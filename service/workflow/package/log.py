"""The log of one agreement: as sentences for people, and as the lines of its package."""

from __future__ import annotations

import rfc8785

from service.agreement.events import Event, in_words
from service.database.log.audit_log import Entry
from service.texts import Language


def until_closed(entries: list[Entry]) -> list[Entry]:
    """The log up to the closing, without gaps; later entries are only in the service's own log.

    The end is fixed, so that the evidence is the same each time it is made.
    """
    closed = max(e.seq for e in entries if e.event is Event.ORIGINAL_CLOSED)
    return [entry for entry in entries if entry.seq <= closed]


def sentence(entry: Entry, language: Language) -> str:
    """A log entry as a sentence; erased values are marked as erased."""
    known = {**(entry.personal or {}), **entry.data}
    erased = bool(entry.personal_digest) and entry.personal is None
    return in_words(str(entry.event), known, language, erased=erased)


def log_lines(entries: list[Entry]) -> bytes:
    """The log as JSON lines with personal data and salts, so that every hash can be checked from
    this file alone.

    Each line is canonical (RFC 8785), so the bytes after ``"entry":`` are exactly those hashed.
    """
    lines = [
        rfc8785.dumps(
            {
                "entry": entry.hashed(),
                "personal_data": entry.personal,
                "salt": entry.salt,
                "hash": entry.hash,
            }
        )
        for entry in entries
    ]
    return b"\n".join(lines) + b"\n"
