"""A process with many threads does not keep what they freed."""

from __future__ import annotations

import platform
import subprocess
import sys

# Twelve threads allocate at once; glibc then reports the heaps of its allocators.
THREADS = """
import ctypes, sys, threading
from service.running.memory import return_what_is_freed
if sys.argv[1:] == ["limited"]:
    return_what_is_freed()
together = threading.Barrier(12)
def work():
    held = [bytearray(2000) for _ in range(50)]
    together.wait(60)
threads = [threading.Thread(target=work) for _ in range(12)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""


def allocators(*given: str) -> int:
    said = subprocess.run(
        [sys.executable, "-c", THREADS, *given], capture_output=True, text=True, check=True
    )
    return said.stdout.count("<heap nr=")


def test_threads_share_two_allocators() -> None:
    if platform.libc_ver()[0] != "glibc":  # the others have no such allocators to limit
        return
    assert allocators() > 2
    assert allocators("limited") <= 2
