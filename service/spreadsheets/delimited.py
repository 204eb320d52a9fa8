"""Delimited text (CSV): finds the encoding and the separator, which the file does not name.

For Excel (``;`` or ``,`` by language, Windows-1252 or UTF-8, *Unicode text* with tabs in UTF-16)
and other programs. Quoting is as in RFC 4180.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from service.error_codes import FieldCode
from service.spreadsheets.table import (
    MOST_ROWS_IN_FILE,
    Dialect,
    Kind,
    Table,
    refusal,
    tidied,
)

SEPARATORS = (";", ",", "\t")
LOOKED_AT = 200  # rows, to find the separator
# An unclosed quote makes the rest of the file one cell; no real cell is this long.
LONGEST_CELL = 20_000
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Excel's way to name the separator, in the first line.
_NAMED = re.compile(r'\A"?sep=(.)"?\r?\n', re.IGNORECASE)


def read_text(data: bytes) -> Table:
    """The table in delimited text. Raises Invalid."""
    text, encoding = decoded(data)
    if "\x00" in text:
        raise refusal(FieldCode.FILE_NOT_A_TABLE)
    skipped = 0
    named = _NAMED.match(text)
    if named:
        text, skipped = text[named.end() :], 1
    separator = named[1] if named else separator_of(text)
    rows = [(number + skipped, cells) for number, cells in enumerate(_rows(text, separator), 1)]
    return tidied(rows, Dialect(Kind.DELIMITED, encoding, separator))


def decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding.

    A byte order mark decides; then zero bytes mean UTF-16, and valid UTF-8 is never Windows-1252
    text with accents by accident.
    """
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), None)
    candidates = [marked] if marked else [*_utf_16(data[:2000]), "utf-8", "cp1252"]
    for codec in candidates:
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            continue
    raise refusal(FieldCode.FILE_NOT_A_TABLE)


def _utf_16(start: bytes) -> list[str]:
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 < len(start):  # at least half of the one kind
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def separator_of(text: str) -> str:
    """The separator that gives the most rows of one width of at least two cells; else ``;``."""
    start = text[:100_000]
    return max(SEPARATORS, key=lambda separator: _evenness(start, separator))


def _evenness(start: str, separator: str) -> tuple[int, int]:
    """The commonest width of at least two cells: how many rows have it, and the width."""
    if separator not in start:
        return 0, 0
    widths: Counter[int] = Counter()
    try:
        for number, cells in enumerate(_reader(start, separator)):
            if number == LOOKED_AT:
                break
            widths[len(cells)] += 1
    except csv.Error:
        return 0, 0
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def _rows(text: str, separator: str) -> list[list[str]]:
    found: list[list[str]] = []
    filled = 0
    try:
        for cells in _reader(text, separator):
            found.append([each.strip() for each in cells])
            filled += any(found[-1])
            if filled > MOST_ROWS_IN_FILE:
                break  # refused by the caller; the rest need not be read
    except csv.Error as error:
        raise refusal(FieldCode.FILE_QUOTE, row=len(found) + 1) from error
    if found and any(len(each) > LONGEST_CELL for each in found[-1]):
        raise refusal(FieldCode.FILE_QUOTE, row=len(found))
    return found


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)
