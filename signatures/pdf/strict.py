"""What reading a file may take, and how a file is refused that is not built as ours are.

A verifier reads files of unknown origin. Each can be made to look small and cost hours: tables that
are read again and again, lists of millions of numbers, objects that lie inside each other. So what
is read of one file is counted, whatever the reason for reading it, and ends at a bound.
"""

from __future__ import annotations

MOST_ENTRIES = 20_000
"""Entries of all cross-reference tables together; an original has some 700."""
MOST_UNITS = 200_000
"""Values read, and a unit for every 64 bytes of them; an original takes some 4,000."""
_UNIT_SHIFT = 6


class NotStrict(ValueError):
    """The bytes are not what this project writes."""


class TooMuch(NotStrict):
    """Reading on would take more than any file of ours takes."""


class Work:
    """What reading one file took so far. Once it is too much, it stays so."""

    def __init__(self) -> None:
        self.entries = 0
        self.units = 0

    @property
    def too_much(self) -> bool:
        """Whether a bound was passed."""
        return self.entries > MOST_ENTRIES or self.units > MOST_UNITS

    def take_entries(self, count: int) -> None:
        """Before so many entries of a table are read. Raises TooMuch."""
        self.entries += count
        if self.entries > MOST_ENTRIES:
            raise TooMuch(f"more than {MOST_ENTRIES} entries in the cross-reference tables")

    def take(self, length: int = 0) -> None:
        """For one value of so many bytes. Raises TooMuch."""
        self.units += 1 + (length >> _UNIT_SHIFT)
        if self.units > MOST_UNITS:
            raise TooMuch(f"more than {MOST_UNITS} units of values")
