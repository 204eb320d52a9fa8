"""Returns memory that our processes free to the system: glibc keeps it for each thread, so a web
process with ten threads would hold two to three times what it needs."""

from __future__ import annotations

import ctypes
from typing import Final

# glibc, malloc.h. Naming the size also ends its habit of raising it after each large block.
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
_LARGE_BLOCK_BYTES: Final = 1024 * 1024  # larger ones are returned when they are freed
_ARENAS: Final = 2


def return_what_is_freed() -> None:
    """Call before any thread starts. Does nothing where the C library is not glibc."""
    option = getattr(ctypes.CDLL(None), "mallopt", None)
    if option is not None:
        option(_M_ARENA_MAX, _ARENAS)
        option(_M_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)
