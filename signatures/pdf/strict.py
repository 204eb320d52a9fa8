"""Limits on reading a file, and the errors for one that is not built like ours.

All reading of one file is counted, because a small hostile file can cost hours.
"""

from __future__ import annotations

MOST_ENTRIES = 20_000
"""Entries of all cross-reference tables together; an original has about 700."""
MOST_UNITS = 200_000
"""Values read, plus one unit per 64 bytes of them; an original takes about 4,000."""
_UNIT_SHIFT = 6


class NotStrict(ValueError):
    """The bytes are not what this project writes."""


class TooMuch(NotStrict):
    """Reading on would take more than any of our files does."""


class Work:
    """The reading done in one file so far; a passed limit stays passed."""

    def __init__(self) -> None:
        self.entries = 0
        self.units = 0

    @property
    def too_much(self) -> bool:
        """Whether a limit was passed."""
        return self.entries > MOST_ENTRIES or self.units > MOST_UNITS

    def take_entries(self, count: int) -> None:
        """Call before reading so many entries of a table. Raises TooMuch."""
        self.entries += count
        if self.entries > MOST_ENTRIES:
            raise TooMuch(f"more than {MOST_ENTRIES} entries in the cross-reference tables")

    def take(self, length: int = 0) -> None:
        """Call for one value of so many bytes. Raises TooMuch."""
        self.units += 1 + (length >> _UNIT_SHIFT)
        if self.units > MOST_UNITS:
            raise TooMuch(f"more than {MOST_UNITS} units of values")
