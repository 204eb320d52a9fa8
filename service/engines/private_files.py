"""The files and folders of an installation are for its own system user alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
CLOSED = 0o077  # what the group and others may not
# PostgreSQL refuses to run as root: its own user must be able to pass the folders above its data.
PASSABLE = 0o711
# Their programs see to what lies in these: many files, and not ours to touch while they run.
OF_AN_ENGINE = ("postgres/data", "objecten/data")


@contextmanager
def closed_to_others() -> Iterator[None]:
    """Whatever this process and its children make in the block is theirs alone."""
    before = os.umask(CLOSED)
    try:
        yield
    finally:
        os.umask(before)


def open_log(path: Path) -> BinaryIO:
    """Open a log to write at its end. One that an earlier version left readable is closed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
    os.fchmod(descriptor, OWNER_ONLY)
    return os.fdopen(descriptor, "ab")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def make_passable(folder: Path) -> None:
    """Make a folder where there is none: closed, but for root passable by its other users."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return
    folder.chmod(PASSABLE if os.geteuid() == 0 else stat.S_IRWXU)


def close_what_is_open(data_dir: Path) -> None:
    """Take from others what an earlier version left them in ``data_dir``, which itself stays as
    its owner made it."""
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
        return  # a process beside us took it away
