"""The columns of the list as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from service.agreement.lists import Summary
from service.texts import Language, text
from signatures.effective_date import local_date


def _day(instant: datetime | date | None) -> str:
    """An ISO date, which every spreadsheet sorts; of an instant, that of Brussels."""
    if isinstance(instant, datetime):
        instant = local_date(instant)
    return instant.isoformat() if instant else ""


_Cell = Callable[[Summary, Language], str]
# In the order of the file.
COLUMNS: dict[str, _Cell] = {
    "reference": lambda line, _: line.reference,
    "organisation": lambda line, _: line.organisation,
    "number": lambda line, _: line.number,
    "state": lambda line, language: text(f"states.agreement.{line.state}", language),
    "signatory_name": lambda line, _: line.signatory_name,
    "signatory_email": lambda line, _: line.signatory_email,
    "sender_name": lambda line, _: line.sender_name,
    "countersigner_name": lambda line, _: line.countersigner_name,
    "template": lambda line, _: line.template,
    "created_at": lambda line, _: _day(line.created_at),
    "sent_at": lambda line, _: _day(line.sent_at),
    "opened_at": lambda line, _: _day(line.opened_at),
    "last_activity_at": lambda line, _: _day(line.last_activity_at),
    "state_since": lambda line, _: _day(line.state_since),
    "expires_at": lambda line, _: _day(line.expires_at if line.running else None),
    "effective_date": lambda line, _: _day(line.effective_date),
}

# The columns beside the organisation, in the page's order; ``date`` is the date of effect or the
# end of the term.
SHOWN = (
    "number",
    "state",
    "state_since",
    "signatory_email",
    "sender_name",
    "countersigner_name",
    "created_at",
    "sent_at",
    "opened_at",
    "last_activity_at",
    "date",
)
USUAL = ("state", "created_at", "last_activity_at", "date")


def chosen_columns(names: Sequence[str]) -> list[str]:
    """Those of these that exist, in the order of the file; all of them if there are none."""
    return [name for name in COLUMNS if name in names] or list(COLUMNS)


def headings(columns: Sequence[str], language: Language) -> list[str]:
    return [text(f"list.column.{name}", language) for name in columns]


def cells(line: Summary, columns: Sequence[str], language: Language) -> list[str]:
    return [COLUMNS[name](line, language) for name in columns]
