"""Divides a file into its revisions, accounting for every byte.

Our files are a frozen document with incremental updates (ISO 32000-2, 7.5.6), each without a byte
outside its named objects, table, trailer and end mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from signatures.pdf.objects import Parsed, Ref, read_object, read_value
from signatures.pdf.strict import NotStrict, Work

END_MARK = b"%%EOF"
MOST_REVISIONS = 40
_HEADER = re.compile(rb"%PDF-1\.[4-7]\r?\n")
_XREF = re.compile(rb"xref\n")
_SECTION = re.compile(rb"(\d{1,9}) (\d{1,6})\n")
_TRAILER = re.compile(rb"trailer[ \n]")
_END = re.compile(rb"\s?startxref\n(\d{1,10})\n%%EOF\n?")
_ENTRY_BYTES = 20
_ENTRY_END = rb"(?: \n| \r|\r\n)"
_HEAD_OF_FREE = re.compile(rb"0000000000 65535 f" + _ENTRY_END)
_ENTRIES = re.compile(rb"(?:\d{10} 00000 n" + _ENTRY_END + rb")*+")


@dataclass(frozen=True)
class Revision:
    """The bytes from ``start`` to ``end``, each object's offset by number, and the trailer."""

    start: int
    end: int
    offsets: dict[int, int]
    trailer: dict[str, Any]


@dataclass(frozen=True)
class _Table:
    at: int
    end: int
    offsets: dict[int, int]
    trailer: dict[str, Any]


class Source:
    """The bytes of one file, read within the limits of ``work``, with a cache."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.work = Work()
        self._tables: dict[int, _Table | NotStrict] = {}
        self._objects: dict[int, Parsed] = {}

    def table(self, at: int) -> _Table:
        """The cross-reference table at this byte, or its cached failure. Raises NotStrict,
        TooMuch."""
        found = self._tables.get(at)
        if found is None:
            try:
                found = _table(self.pdf, at, self.work)
            except NotStrict as strange:
                found = strange
            self._tables[at] = found
        if isinstance(found, NotStrict):
            raise found
        return found

    def object(self, at: int) -> Parsed:
        """The object that begins at this byte. Raises NotStrict, TooMuch."""
        if at not in self._objects:
            self._objects[at] = read_object(self.pdf, at, self.work)
        return self._objects[at]


class Revisions:
    """A file divided into its revisions, up to the last end mark before ``until``.

    ``behind`` is the number of bytes after it, 0 in an original. Raises NotStrict if it is not
    built like ours, TooMuch if it takes more reading.
    """

    def __init__(self, source: bytes | Source, until: int | None = None) -> None:
        self._source = source if isinstance(source, Source) else Source(source)
        self.pdf = pdf = self._source.pdf
        self.work = self._source.work
        if not _HEADER.match(pdf):
            raise NotStrict("header")
        at, end = last_table(pdf, until)
        self.behind = len(pdf) - end
        self.all = self._chain(at)

    def _chain(self, at: int) -> list[Revision]:
        tables = [self._source.table(at)]
        while (before := tables[-1].trailer.get("Prev")) is not None:
            if type(before) is not int or not 0 < before < tables[-1].at:
                raise NotStrict("previous revision")
            tables.append(self._source.table(before))
            if tables[-1].end > tables[-2].at or len(tables) > MOST_REVISIONS:
                raise NotStrict("previous revision")
        tables.reverse()
        starts = [0, *(table.end for table in tables[:-1])]
        for start, table in list(zip(starts, tables, strict=True))[1:]:
            self._account(start, table)
        return [
            Revision(start, table.end, table.offsets, table.trailer)
            for start, table in zip(starts, tables, strict=True)
        ]

    def _account(self, start: int, table: _Table) -> None:
        """Check that every byte of an update belongs to an object in its table."""
        numbers = {offset: number for number, offset in table.offsets.items()}
        begins = sorted(numbers)
        if not begins or begins[0] != start or len(numbers) != len(table.offsets):
            raise NotStrict("bytes that belong to no object")
        for begin, end in pairwise([*begins, table.at]):
            parsed = self._source.object(begin)
            if parsed.end != end or parsed.number != numbers[begin]:
                raise NotStrict("bytes that belong to no object")

    def read(self, number: int, upto: int) -> Parsed:
        """An object as of revision ``upto`` (counted from 0). Raises NotStrict."""
        offset = self.offset(number, upto)
        if offset is None:
            raise NotStrict(f"object {number} is missing")
        parsed = self._source.object(offset)
        if parsed.number != number:
            raise NotStrict(f"object {number} is elsewhere")
        return parsed

    def offset(self, number: int, upto: int) -> int | None:
        """The offset of an object as of a revision, or None."""
        for revision in reversed(self.all[: upto + 1]):
            if number in revision.offsets:
                return revision.offsets[number]
        return None

    def value(self, value: Any, upto: int) -> Any:
        """A value, or the target if it is a reference. Raises NotStrict."""
        return self.read(value.number, upto).value if isinstance(value, Ref) else value


def last_table(pdf: bytes, until: int | None = None) -> tuple[int, int]:
    """Where the last cross-reference table before ``until`` begins, and where its revision ends.
    Raises NotStrict."""
    last = pdf.rfind(END_MARK, 0, until)
    start = pdf.rfind(b"startxref", 0, last) if last > 0 else -1
    found = _END.match(pdf, max(start - 1, 0)) or _END.match(pdf, max(start, 0))
    if start < 0 or found is None:
        raise NotStrict("end of file")
    return int(found[1]), found.end()


def _table(pdf: bytes, at: int, work: Work) -> _Table:
    head = _XREF.match(pdf, at)
    if head is None:
        raise NotStrict(f"no cross-reference table at {at}")
    position = head.end()
    offsets: dict[int, int] = {}
    while section := _SECTION.match(pdf, position):
        first, count = int(section[1]), int(section[2])
        begin, position = section.end(), section.end() + count * _ENTRY_BYTES
        work.take_entries(1 + count)
        if position > len(pdf):
            raise NotStrict("cross-reference table")
        if first == 0 and count and _HEAD_OF_FREE.match(pdf, begin):
            first, begin = 1, begin + _ENTRY_BYTES
        # All entries in one match: a file has hundreds, and is read several times.
        if not _ENTRIES.fullmatch(pdf, begin, position):
            raise NotStrict("cross-reference table")
        entries = enumerate(range(begin, position, _ENTRY_BYTES), first)
        found = {number: int(pdf[entry : entry + 10]) for number, entry in entries}
        if found.keys() & offsets.keys() or max(found.values(), default=0) >= at:
            raise NotStrict("cross-reference table")
        offsets |= found
    trailer_word = _TRAILER.match(pdf, position)
    if trailer_word is None:
        raise NotStrict("no trailer")
    trailer, position = read_value(pdf, trailer_word.end(), work)
    end = _END.match(pdf, position)
    if end is None or int(end[1]) != at or not isinstance(trailer, dict):
        raise NotStrict("end of a revision")
    if {"Encrypt", "XRefStm"} & trailer.keys():
        raise NotStrict("trailer")
    return _Table(at, end.end(), offsets, trailer)
