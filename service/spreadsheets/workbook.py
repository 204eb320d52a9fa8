"""Workbooks (XLSX), read in a process of their own with limits.

A small file can unpack to gigabytes, and one cell in the last corner of a sheet makes a reader
reserve half a terabyte: the library then ends its whole process. So each workbook gets a process
(``workbook_child``), which limits itself before it reads the first byte. Formulas are read by the
value that was saved with them; nothing is computed, fetched or executed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from service.error_codes import FieldCode
from service.spreadsheets.table import Dialect, Kind, Table, refusal, tidied

LONGEST_SECONDS = 60.0
_ROOT = Path(__file__).resolve().parents[2]
_CHILD = "service.spreadsheets.workbook_child"


def read_workbook(data: bytes) -> Table:
    """The table on the first visible sheet that is not empty.

    Raises Invalid if it is no workbook, is protected, or asks for more than the limits.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-E", "-s", "-m", _CHILD],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={},
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise refusal(FieldCode.FILE_TOO_MUCH) from late
    if child.returncode:  # killed by a limit, or by its library for lack of memory
        raise refusal(FieldCode.FILE_TOO_MUCH)
    lines = iter(child.stdout.splitlines())
    told = json.loads(next(lines))
    if "refused" in told:
        raise refusal(FieldCode(told["refused"]), **told["values"])
    rows = [(number, cells) for number, cells in map(json.loads, lines)]
    return tidied(rows, Dialect(Kind.WORKBOOK, sheet=told["sheet"]))
