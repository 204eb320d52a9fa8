"""Files made to keep a verifier busy, each small compared with its cost."""

from __future__ import annotations

from collections.abc import Callable

START = b"%PDF-1.7\n"
CATALOG = b"1 0 obj\n<< /Type /Catalog /AcroForm << /Fields [%s] >> >>\nendobj\n"


def many_tables(count: int, entries: int) -> bytes:
    """Many valid update tables, each referring to the previous one."""
    pdf, before = START, b""
    for _ in range(count):
        at = len(pdf)
        table = b"xref\n1 %d\n" % entries + b"0000000000 00000 n \n" * entries
        pdf += table + b"trailer\n<< /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (before, at)
        before = b" /Prev %d" % at
    return pdf


def many_sections() -> bytes:
    """One table in two million empty sections."""
    return with_end(START, b"xref\n" + b"0 0\n" * 2_000_000)


def many_numbers() -> bytes:
    """A small document with an update of nine million numbers."""
    document = with_table(START + CATALOG % b"", {1: len(START)}, b"/Root 1 0 R")
    numbers = b"2 0 obj\n[" + b"0 " * 9_000_000 + b"]\nendobj\n"
    more = b"/Root 1 0 R /Prev %d" % document.rindex(b"xref\n1")
    return with_table(document + numbers, {2: len(document)}, more)


def many_brackets() -> bytes:
    """A trailer with a string of nine million nested brackets."""
    string = b"(" * 4_500_000 + b")" * 4_500_000
    return with_table(START + CATALOG % b"", {1: len(START)}, b"/Root 1 0 R /A " + string)


def objects_inside_each_other() -> bytes:
    """A form of three thousand fields; the stream of each contains all that follow it."""
    count, room = 3000, 4000
    catalog = CATALOG % b" ".join(b"%d 0 R" % number for number in range(2, count + 2))
    begin, offsets, inside = START + catalog, {1: len(START)}, []
    for number in range(2, count + 2):
        offsets[number] = len(begin) + (number - 2) * room
        head = b"%d 0 obj\n<< /Length %09d >>\nstream\n"
        after = (count + 2 - number) * room - len(head % (number, 0))
        inside.append((head % (number, after)).ljust(room))
    streams = b"".join(inside) + b"endstream endobj\n"
    return with_table(begin + streams, offsets, b"/Root 1 0 R")


def with_table(pdf: bytes, offsets: dict[int, int], trailer: bytes) -> bytes:
    lines = b"".join(b"%d 1\n%010d 00000 n \n" % each for each in offsets.items())
    return with_end(pdf, b"xref\n" + lines, trailer)


def with_end(pdf: bytes, table: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    end = b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(pdf))
    return pdf + table + end


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nineteen tables of 49,000 entries": lambda: many_tables(19, 49_000),
    "a table of a million entries": lambda: many_tables(1, 999_999),
    "a table in two million parts": many_sections,
    "nine million numbers": many_numbers,
    "nine million brackets": many_brackets,
    "objects inside each other": objects_inside_each_other,
}
