"""Reads what our files say about themselves, from sealed content only: the data embedded in the
frozen document (ISO 32000-2, 14.13), and the printed words of each act."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from signatures.acts.font import NO_BREAK
from signatures.effective_date import BRUSSELS
from signatures.pdf.objects import NotStrict, Ref, read_value, text_of
from signatures.pdf.revisions import Revisions
from signatures.pdf.strict import Work
from signatures.texts import words

_WORDS = re.compile(rb"/ActualText ?(?=[(<])")
_PARTS = {
    "day": r"(?P<day>\d{1,2})",
    "month": r"(?P<month>[a-z]+)",
    "year": r"(?P<year>\d{4})",
    "mandate_day": r"(?P<mandate_day>\d{1,2})",
    "mandate_month": r"(?P<mandate_month>[a-z]+)",
    "mandate_year": r"(?P<mandate_year>\d{4})",
    "clock": r"(?P<hour>\d{2}):(?P<minute>\d{2})",
    "zone": r"(?P<zone>[A-Za-z, ]+)",
    "offset": r"(?P<sign>[+-])(?P<hours>\d{2}):(?P<minutes>\d{2})",
}
_FIRST_YEAR, _LAST_YEAR = 2000, 9000  # a moment between these exists in every time zone
MOST_WORDS = 500  # characters of a name that are shown


_REFERENCE = re.compile(r"\bVO-\d{4}-\d{5,9}\b")
_PLAIN = re.compile(rb"\bVO-\d{4}-\d{5,9}\b")
_WIDE = re.compile(rb"\0V\0O\0-(?:\0\d){4}\0-(?:\0\d){5,9}")  # UTF-16, big endian


@dataclass(frozen=True)
class Agreement:
    """What the frozen document is about, as printed in it."""

    reference: str
    controller: str
    processor: str


@dataclass(frozen=True)
class PrintedAct:
    """One appearance: the signer's capacity, the moment (aware, to the minute), and the date of the
    mandate under which the service placed it, if any."""

    capacity: str = ""
    signed_at: datetime | None = None
    mandate_of: date | None = None


def reference_in(said: str) -> str:
    """The first reference of an agreement in a text, or ''."""
    found = _REFERENCE.search(said)
    return found.group() if found else ""


def reference_said(pdf: bytes) -> str:
    """The first reference in the raw bytes of a file, or ''. The file need not be readable as a
    PDF."""
    if plain := _PLAIN.search(pdf):
        return plain.group().decode("ascii")
    wide = _WIDE.search(pdf)
    return wide.group().decode("utf-16-be") if wide else ""


def attached(file: Revisions) -> bytes | None:
    """The one file embedded in the frozen document; None if there is not exactly one.

    Raises NotStrict.
    """
    root = file.value(file.all[0].trailer["Root"], 0)
    files = file.value(root.get("AF"), 0)
    if not isinstance(files, list) or len(files) != 1:
        return None
    specification = file.value(files[0], 0)
    embedded = specification.get("EF", {}).get("F")
    return file.read(embedded.number, 0).unfolded() if isinstance(embedded, Ref) else None


def agreement_in(file: Revisions) -> Agreement | None:
    """The data of the agreement; None for a file without. Raises NotStrict."""
    encoded = attached(file)
    if encoded is None:
        return None
    try:
        data = json.loads(encoded)
        controller, processor = data["controller"], data["processor"]
        return Agreement(
            reference=_line(data["reference"]),
            controller=_line(controller["name"]),
            processor=_line(processor.get("trade_name") or processor["name"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # an evidence sheet has other data


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value[:MOST_WORDS]


def act_in(file: Revisions, widget: dict[str, Any], revision: int, name: str) -> PrintedAct:
    """The words of an act's appearance, except the name. Raises NotStrict."""
    appearance = file.value(widget.get("AP"), revision)
    drawn = appearance.get("N") if isinstance(appearance, dict) else None
    if not isinstance(drawn, Ref):
        return PrintedAct()
    said = " ".join(_lines(file.read(drawn.number, revision).unfolded(), file.work))
    said = said.replace(NO_BREAK, " ")
    found = next(filter(None, (each.search(said) for each in _signed())), None)
    before = said[: found.start()] if found else said
    return PrintedAct(
        capacity=before.removeprefix(name).strip()[:MOST_WORDS] if before.startswith(name) else "",
        signed_at=_moment(found.groupdict()) if found else None,
        mandate_of=_mandate_of(found.groupdict()) if found else None,
    )


def _lines(content: bytes, work: Work) -> list[str]:
    return [
        text_of(read_value(content, found.end(), work)[0]) for found in _WORDS.finditer(content)
    ]


@cache
def _signed() -> tuple[re.Pattern[str], ...]:
    """How seals state their moment, including the older wording."""
    catalogue = words()["appearance"]
    said = (
        f" {catalogue['signed_on']}".replace(NO_BREAK, " "),
        f" {catalogue['placed_on']}".replace(NO_BREAK, " "),
        f" {catalogue['signed']} · {catalogue['when']}",
    )
    return tuple(
        re.compile(re.sub(r"\\{(\w+)\\}", lambda part: _PARTS[part[1]], re.escape(each)))
        for each in said
    )


def _mandate_of(found: dict[str, str]) -> date | None:
    if "mandate_year" not in found:
        return None
    months: list[str] = words()["appearance"]["months"]
    if found["mandate_month"] not in months:
        raise NotStrict("month")
    month = months.index(found["mandate_month"]) + 1
    return date(int(found["mandate_year"]), month, int(found["mandate_day"]))


def _moment(found: dict[str, str]) -> datetime | None:
    catalogue = words()["appearance"]
    months: list[str] = catalogue["months"]
    if found["month"] not in months or not _FIRST_YEAR <= int(found["year"]) <= _LAST_YEAR:
        raise NotStrict("month")
    local = datetime(
        int(found["year"]),
        months.index(found["month"]) + 1,
        int(found["day"]),
        int(found["hour"]),
        int(found["minute"]),
        tzinfo=BRUSSELS,
    )
    if "zone" in found:
        winter = catalogue["zone_twice"][1].replace(NO_BREAK, " ")
        local = local.replace(fold=int(found["zone"] == winter))
        return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return local.replace(tzinfo=timezone(-offset if found["sign"] == "-" else offset))
