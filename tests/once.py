"""Files that one worker of the test run makes for all: the first makes them, others wait for it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def bytes_made_once(file: Path, make: Callable[[], bytes]) -> bytes:
    """The contents of ``file``, which all workers share."""
    with _alone(file):
        if not file.exists():
            part = file.with_suffix(".part")
            part.write_bytes(make())
            part.replace(file)
    return file.read_bytes()


def copy_of_made_once(folder: Path, make: Callable[[Path], object], copy: Path) -> Path:
    """A copy of ``folder``, which all workers share: this worker may change its copy."""
    with _alone(folder):
        if not folder.exists():
            part = folder.with_suffix(".part")
            make(part)
            part.rename(folder)
    return Path(shutil.copytree(folder, copy, symlinks=True))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other worker is in the block for this path."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
