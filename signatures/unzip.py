"""The members of a ZIP of unknown origin, unfolded no further than they may be."""

from __future__ import annotations

import io
import zipfile

MOST_MEMBERS = 2000
LARGEST_MEMBER = 50_000_000  # bytes, unfolded
MOST_BYTES = 60_000_000  # of all members together, unfolded; a package has some five million
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE = 1 << 16


class TooLarge(ValueError):
    """It unfolds into more than any package of ours."""


def unzip(data: bytes, most_bytes: int = MOST_BYTES) -> list[tuple[str, bytes]]:
    """Every file in the ZIP with its name, in the order of its directory; a name that stands in it
    twice is there twice. What a member says of its size is not believed.

    Raises TooLarge, ValueError for what is no ZIP, or one that is encrypted or packed otherwise
    than by *deflate*.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > MOST_MEMBERS:
                raise TooLarge(f"more than {MOST_MEMBERS} members")
            found, room = [], most_bytes
            for member in members:
                found.append((member.filename, _unfolded(archive, member, room)))
                room -= len(found[-1][1])
            return found
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as strange:
        raise ValueError(str(strange)) from strange


def _unfolded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    if member.compress_type not in _METHODS:
        raise ValueError(f"{member.filename}: packed by method {member.compress_type}")
    most = min(room, LARGEST_MEMBER)
    parts = bytearray()
    with archive.open(member) as opened:
        while part := opened.read(_PIECE):
            parts += part
            if len(parts) > most:
                raise TooLarge(f"{member.filename}: more than {most} bytes")
    return bytes(parts)
