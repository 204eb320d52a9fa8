"""Files as one ZIP, without compression: the same files give the same bytes everywhere.

So a ZIP that expands is not ours, and reading takes no more memory than the ZIP.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from storage.errors import PackageInvalid

MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest moment of the format: no clock in the bytes
_STRANGE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
)


def zip_package(files: Mapping[str, bytes], *, folder: str = "") -> bytes:
    """One ZIP of these files, in ``folder``."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(_entry(f"{folder}/{name}" if folder else name), data)
    return target.getvalue()


def read_members(data: bytes, sizes: Mapping[str, int]) -> dict[str, bytes | None]:
    """The members with these names; None if unreadable with the given size.

    Together never larger than ``data``. Raises PackageInvalid if it is no ZIP or members overlap.
    """
    members: dict[str, bytes | None] = {}
    room = len(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            there = {each.filename: each for each in archive.infolist()}
            for name in sorted(sizes.keys() & there.keys()):
                members[name] = _member(archive, there[name], sizes[name], room)
                room -= len(members[name] or b"")
    except _STRANGE as strange:
        raise PackageInvalid(f"not a readable ZIP ({strange!r})") from strange
    return members


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int, room: int) -> bytes | None:
    if size > room:
        raise PackageInvalid(f"{entry.filename!r}: larger than what holds it")
    plain = entry.compress_type == zipfile.ZIP_STORED
    if not plain or (entry.file_size, entry.compress_size) != (size, size):
        return None
    try:
        return archive.read(entry)
    except _STRANGE:
        return None


def stream_zip(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """One ZIP of any size while it is made; ZIP64 where needed.

    In memory are one member and the list of names. Sizes and checksums are before each member,
    because not every reader accepts them behind what is not compressed.
    """
    target = _Outgoing()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            archive.writestr(_entry(name), data)
            yield target.taken()
    yield target.taken()


class _Outgoing(io.RawIOBase):
    """A file that forgets what was taken from its beginning; the rest is seekable."""

    def __init__(self) -> None:
        super().__init__()
        self._gone = 0
        self._kept = io.BytesIO()

    def write(self, data: Any) -> int:
        return self._kept.write(data)

    def tell(self) -> int:
        return self._gone + self._kept.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Only to an offset from the beginning."""
        self._kept.seek(offset - self._gone, whence)
        return self.tell()

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = self._kept.getvalue()
        self._gone += len(data)
        self._kept = io.BytesIO()
        return data


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, MOMENT)
    entry.create_system = 3  # Unix, on every machine
    entry.external_attr = 0o644 << 16
    return entry
