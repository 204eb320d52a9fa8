"""Keeps the files and folders of an installation private to its own system user."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
CLOSED = 0o077  # permissions of group and others
# PostgreSQL refuses to run as root: its own user must be able to pass through the folders above.
PASSABLE = 0o711
# Their programs protect the contents, which we must not touch while they run.
OF_AN_ENGINE = ("postgres/data", "objecten/data")


@contextmanager
def closed_to_others() -> Iterator[None]:
    """Files made in the block by this process and its children are private."""
    before = os.umask(CLOSED)
    try:
        yield
    finally:
        os.umask(before)


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending. One that an earlier version left readable is made private."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
    os.fchmod(descriptor, OWNER_ONLY)
    return os.fdopen(descriptor, "ab")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, completely or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def make_passable(folder: Path) -> None:
    """Create a folder if needed: private, but if we are root, others can pass through."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return
    folder.chmod(PASSABLE if os.geteuid() == 0 else stat.S_IRWXU)


def close_what_is_open(data_dir: Path) -> None:
    """Make private what an earlier version left open in ``data_dir``, except that folder itself."""
    for folder, folders, files in os.walk(data_dir):
        here = Path(folder)
        folders[:] = [
            name for name in folders if str((here / name).relative_to(data_dir)) not in OF_AN_ENGINE
        ]
        for name in (*folders, *files):
            _close(here / name)


def _close(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
        kept = PASSABLE if stat.S_ISDIR(mode) and path.name == "postgres" else ~CLOSED
        wanted = stat.S_IMODE(mode) & kept
        if not stat.S_ISLNK(mode) and wanted != stat.S_IMODE(mode):
            path.chmod(wanted)
    except FileNotFoundError:
        return  # another process removed it meanwhile
