"""Reads workbooks (XLSX), each in a process of its own with limits: a small file can unpack to
gigabytes, or end the library's whole process. Nothing is computed or fetched."""

from __future__ import annotations

import json

from service.error_codes import FieldCode
from service.spreadsheets.table import Dialect, Kind, Table, refusal, tidied
from signatures.sandbox.limits import NotExamined, answer_of

LONGEST_SECONDS = 60.0
_CHILD = "service.spreadsheets.workbook_child"


def read_workbook(data: bytes) -> Table:
    """The table on the first visible sheet that is not empty.

    Raises Invalid if it is no workbook, is protected, or exceeds the limits.
    """
    try:
        answer = answer_of(_CHILD, data, LONGEST_SECONDS)
    except NotExamined as limited:
        raise refusal(FieldCode.FILE_TOO_MUCH) from limited
    lines = iter(answer.splitlines())
    told = json.loads(next(lines))
    if "refused" in told:
        raise refusal(FieldCode(told["refused"]), **told["values"])
    rows = [(number, cells) for number, cells in map(json.loads, lines)]
    return tidied(rows, Dialect(Kind.WORKBOOK, sheet=told["sheet"]))
