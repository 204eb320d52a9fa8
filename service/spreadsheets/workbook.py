"""Workbooks (XLSX), read in a process of their own with limits.

A small file can unpack to gigabytes, and one cell in the last corner of a sheet makes a reader
reserve half a terabyte: the library then ends its whole process. So each workbook gets a process
(``workbook_child``), which limits itself before it reads the first byte. Formulas are read by the
value that was saved with them; nothing is computed, fetched or executed.
"""

from __future__ import annotations

import json

from service.error_codes import FieldCode
from service.spreadsheets.table import Dialect, Kind, Table, refusal, tidied
from signatures.sandbox.limits import NotExamined, answer_of

LONGEST_SECONDS = 60.0
_CHILD = "service.spreadsheets.workbook_child"


def read_workbook(data: bytes) -> Table:
    """The table on the first visible sheet that is not empty.

    Raises Invalid if it is no workbook, is protected, or asks for more than the limits.
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
