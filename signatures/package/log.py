"""Checks the log of a package: an unbroken chain with the entries of the sealed sheet.

The chain holds only a salted digest of names and addresses, so that they can be erased.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import rfc8785

from signatures.package.case import Case
from signatures.package.finding import Finding, fails, unknown
from signatures.package.names import LOG

FIRST = "0" * 64
_SALT = re.compile("(?:[0-9a-f]{2})+")
_LINE = {"entry", "hash", "personal_data", "salt"}


def check_log(case: Case) -> Iterator[Finding]:
    """Every entry follows from the previous one, none is missing, the last is the sheet's head."""
    data = case.files.get(LOG)
    if data is None:
        return
    lines = data.split(b"\n")
    found: list[tuple[int, datetime, str, str]] = []
    erased: list[str] = []
    before = FIRST
    for number, line in enumerate(lines[:-1], 1):
        read = _entry(line)
        if read is None or not _follows(read["entry"], number, before, case):
            yield fails("log", "log_chain", LOG, str(number))
            return
        entry, before = read["entry"], _sha256(rfc8785.dumps(read["entry"]))
        if read["hash"] != before:
            yield fails("log", "log_chain", LOG, str(number))
            return
        found.append((number, datetime.fromisoformat(entry["at"]), entry["event"], before))
        if not _personal_fits(read):
            yield fails("log", "log_personal", LOG, str(number))
        elif entry["personal"] and read["personal_data"] is None:
            erased.append(str(number))
    listed = [
        (each["seq"], datetime.fromisoformat(each["at"]), each["event"], each["hash"])
        for each in case.sheet.said["log"]["entries"]
    ]
    if lines[-1] or before != case.sheet.said["log"]["head"] or found != listed:
        yield fails("log", "log_other", LOG)
    if erased:
        yield unknown("log", "log_erased", LOG, ", ".join(erased))


def _entry(line: bytes) -> dict[str, Any] | None:
    """One line in canonical form; None for anything else, such as a repeated key."""
    try:
        read = json.loads(line)
        plain = isinstance(read, dict) and read.keys() == _LINE and rfc8785.dumps(read) == line
    except (ValueError, RecursionError):
        return None
    return read if plain else None


def _follows(entry: Any, number: int, before: str, case: Case) -> bool:
    return isinstance(entry, dict) and (
        entry.get("seq"),
        entry.get("prev"),
        entry.get("agreement"),
    ) == (number, before, case.sheet.said["agreement_id"])


def _personal_fits(read: dict[str, Any]) -> bool:
    digest, personal, salt = read["entry"]["personal"], read["personal_data"], read["salt"]
    if personal is None:
        return bool(salt == "")  # a salt without its data could not be checked
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):  # another spelling of the same bytes
        return False
    return bool(_sha256(bytes.fromhex(salt) + rfc8785.dumps(personal)) == digest)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
