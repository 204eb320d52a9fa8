"""Text that a spreadsheet would take for a formula gets an apostrophe, and loses it again."""

from __future__ import annotations

import re

# The first characters of a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"'[=+\-@\t\r]")


def harmless(cell: str) -> str:
    """The text, with an apostrophe if a spreadsheet would execute it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_given(cell: str) -> str:
    """The text before ``harmless``, for a file that we wrote."""
    return cell[1:] if _HARMLESS.match(cell) else cell
