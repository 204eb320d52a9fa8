"""The key directory over the years: complete sets of files, and the certificates they replaced.

    the directory itself    the first set
    generations/0002 …      every later set, complete
    current                 a symbolic link to the current set; absent: the first
    former/                 every replaced certificate, and the last list of its issuer

A new set is complete before the link is renamed, so nobody meets half a change. The private keys of
a replaced set are deleted.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LINK, SETS, FORMER = "current", "generations", "former"
KEY_FILES = "*.key.pem"


def present(home: Path) -> Path:
    """The directory of the current set; reads one link."""
    try:
        return home / os.readlink(home / LINK)
    except OSError:
        return home


@contextmanager
def changed(home: Path) -> Iterator[Path]:
    """A copy of the current set, which becomes current when the block ends without raising.

    Changes wait for one another.
    """
    with _alone(home):
        before = present(home)
        workshop = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
        try:
            for file in before.glob("*.pem"):
                shutil.copy2(file, workshop)
            yield workshop
            _count(home, workshop)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
        for key in before.glob(KEY_FILES):
            key.unlink()


def _count(home: Path, workshop: Path) -> None:
    """Give the set its number and point the link at it."""
    sets = home / SETS
    sets.mkdir(exist_ok=True, mode=0o700)
    number = max((int(each.name) for each in sets.iterdir()), default=1) + 1
    name = f"{number:04d}"
    workshop.rename(sets / name)
    _on_disk(sets)
    link = home / f".{LINK}.{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        link.unlink()
    link.symlink_to(Path(SETS) / name)
    link.replace(home / LINK)
    _on_disk(home)


def _on_disk(directory: Path) -> None:
    """Sync the directory: renames in it must survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    descriptor = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # also releases the lock
