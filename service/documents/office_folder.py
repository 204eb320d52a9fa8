"""The folders in which offices work: private, locked while in use, and in memory where possible.

For each document an office writes nine files and waits for the disk three times; in memory a
conversion takes a twelfth less processor time, and no file with the text reaches the disk.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORK_DIR_PREFIX = "zegel-office-"
MEMORY = Path("/dev/shm")  # noqa: S108 - Linux, shm_overview(7); what is ours there is checked
LEAST_FREE = 256 << 20
"""Bytes. A container has 64 MiB there unless it asks for more, which a long text could fill."""

SYSTEMD = Path("/run/systemd/system")
LAST_SYSTEM_USER = 999
"""Of other users systemd removes what is in ``/dev/shm`` when they log out (logind.conf(5),
``RemoveIPC``)."""


def best_parent(kept: Path, memory: Path = MEMORY, *, least_free: int = LEAST_FREE) -> Path:
    """A folder of this user in memory; ``kept`` where there is no memory for it, it would not last,
    or somebody else made one of that name.

    What killed processes left in either is removed first.
    """
    own = memory / f"zegel-{os.getuid()}"
    if kept.is_dir():
        remove_left(kept)
    if os.getuid() > LAST_SYSTEM_USER and SYSTEMD.exists():
        return kept
    try:
        own.mkdir(mode=0o700, exist_ok=True)
        found = own.lstat()
        if not _is_private(found):
            return kept
        remove_left(own)
        room = os.statvfs(memory)
    except OSError:
        return kept
    return own if room.f_bavail * room.f_frsize >= least_free else kept


def _is_private(found: os.stat_result) -> bool:
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return ours and not found.st_mode & 0o077


def private_work_dir(parent: Path | None) -> Path:
    """A new directory, locked while this process lives.

    In a ``parent`` of our own, those left by killed processes are removed.
    """
    if parent is None:
        return _new_directory(None)
    parent.mkdir(parents=True, exist_ok=True)
    remove_left(parent)
    with _turn(parent):
        return _new_directory(parent)


def remove_left(parent: Path) -> None:
    """Remove the directories of killed processes."""
    with _turn(parent):
        for left in parent.glob(f"{WORK_DIR_PREFIX}*"):
            if (held := _lock(left)) is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(held)


@contextmanager
def _turn(parent: Path) -> Iterator[None]:
    """Else another process could remove a new directory before it is locked."""
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _new_directory(parent: Path | None) -> Path:
    directory = Path(tempfile.mkdtemp(prefix=WORK_DIR_PREFIX, dir=parent))
    _lock(directory)
    return directory


def _lock(directory: Path) -> int | None:
    """Hold the directory's lock until this process ends; None if another holds it."""
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
