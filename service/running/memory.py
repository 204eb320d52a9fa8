"""How our processes get and return memory.

glibc keeps what is freed for each thread, so a web process with ten threads would hold two to three
times what it needs. A worker spends a tenth of its time for documents in glibc's allocator;
jemalloc needs half of that.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from service.documents.office_profile import ALLOCATOR

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


LIBRARIES: Final = (Path("/usr/lib"), Path("/usr/lib64"))
# jemalloc(3). A worker is idle most of the time: what it freed goes back within a second.
_OPTIONS: Final = "narenas:2,background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0"


def with_allocator(folders: Iterable[Path] = LIBRARIES) -> dict[str, str]:
    """The environment of a process that makes documents; empty where jemalloc is not installed, of
    which the loader would complain."""
    for folder in folders:
        for found in (folder / ALLOCATOR, *sorted(folder.glob(f"*-linux-*/{ALLOCATOR}"))):
            if found.is_file():
                return {"LD_PRELOAD": str(found), "MALLOC_CONF": _OPTIONS}
    return {}
