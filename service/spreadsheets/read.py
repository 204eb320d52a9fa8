"""Reads a workbook (XLSX) or delimited text (CSV, or pasted) as a table."""

from __future__ import annotations

from service.error_codes import FieldCode
from service.spreadsheets.delimited import read_text
from service.spreadsheets.table import MOST_BYTES, Table, refusal
from service.spreadsheets.workbook import read_workbook

_ZIP = b"PK\x03\x04"
# The container of Excel files from before 2007 or with a password ([MS-CFB] 2.2).
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Files chosen by mistake; their first bytes would be read as text.
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")


def read_table(data: bytes) -> Table:
    """The table in a file. Raises Invalid for ``file`` if there is none or it is too large."""
    if not data.strip():
        raise refusal(FieldCode.FILE_EMPTY)
    if len(data) > MOST_BYTES:
        raise refusal(FieldCode.FILE_TOO_LARGE, most=MOST_BYTES >> 20)
    if data.startswith(_COMPOUND):
        raise refusal(FieldCode.FILE_OLD_OR_PROTECTED)
    if data.startswith(_ZIP):
        return read_workbook(data)
    if data.startswith(_OTHERS):
        raise refusal(FieldCode.FILE_NOT_A_TABLE)
    return read_text(data)


def read_pasted(block: str) -> Table:
    """The table in a pasted block."""
    return read_table(block.encode("utf-8", "replace"))
