"""Reads a ZIP only if every program that opens it sees the same files.

Each byte must belong to a member, both descriptions of a member must agree, and a name occurs once,
also for file systems that take two spellings as equal.
"""

from __future__ import annotations

import io
import stat
import struct
import unicodedata
import zipfile
import zlib

from signatures.package.finding import Finding, fails

MOST_FILES = 2000
LARGEST_MEMBER = 50_000_000  # bytes, uncompressed
MOST_BYTES = 60_000_000  # of all members together, uncompressed; a package is about one million
_PIECE = 1 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_START, _END = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL, _END_BYTES = struct.Struct("<4s5H3I2H"), 22
_SIZES_FOLLOW = 1 << 3  # general purpose bit 3: checksum and sizes follow the member
_DESCRIPTORS = (12, 16)  # bytes, without and with a signature
_ENTRY_BYTES = 46  # bytes of a directory entry before its name
_IN_UTF_8 = 1 << 11  # general purpose bit 11
_UNIX = 3
_MOST_EXTRA = 64  # bytes: the times and owners that common programs store


class Unreadable(Exception):
    """Nothing can be checked; the message is a code in ``texts``."""


def is_zip(data: bytes) -> bool:
    """Whether to read it as a ZIP; a PDF with a ZIP behind it is a PDF."""
    return not data.startswith(b"%PDF-") and zipfile.is_zipfile(io.BytesIO(data))


def members(
    data: bytes, most_bytes: int = MOST_BYTES
) -> tuple[dict[str, bytes], tuple[Finding, ...]]:
    """The files by name (the first of a repeated name), and findings on the packing. Claimed sizes
    are not trusted. Raises Unreadable ``too_large`` or ``not_a_package``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            if len(listed) > MOST_FILES:
                raise Unreadable("too_large")
            findings = [] if _every_byte_is_listed(data, archive, listed) else [_hidden()]
            return _read(archive, listed, findings, most_bytes), tuple(findings)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        struct.error,
        zlib.error,
    ) as strange:
        raise Unreadable("not_a_package") from strange


def _hidden() -> Finding:
    return fails("whole", "zip_hidden")


def _read(
    archive: zipfile.ZipFile,
    listed: list[zipfile.ZipInfo],
    findings: list[Finding],
    room: int,
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    seen: set[str] = set()
    for member in listed:
        name, key = member.filename, _folded(member.filename)
        if _strange(member):
            findings.append(fails("whole", "zip_name", member.orig_filename))
            continue
        if key in seen:
            findings.append(fails("whole", "zip_twice", name))
            continue
        seen.add(key)
        if member.is_dir():
            if not any(each.filename.startswith(name) for each in listed if each is not member):
                findings.append(fails("whole", "package_extra", name))
            continue
        files[name] = _unfolded(archive, member, min(room, LARGEST_MEMBER))
        room -= len(files[name])
    return files


def _unfolded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    parts = bytearray()
    with archive.open(member) as opened:
        while part := opened.read(_PIECE):
            parts += part
            if len(parts) > most:
                raise Unreadable("too_large")
    return bytes(parts)


def _every_byte_is_listed(
    data: bytes, archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo]
) -> bool:
    """Members follow each other from the first byte, then the directory; headers agree with it."""
    position = 0
    in_order = sorted(listed, key=lambda member: member.header_offset)
    following = [each.header_offset for each in in_order[1:]] + [archive.start_dir]
    for member, until in zip(in_order, following, strict=True):
        if member.header_offset != position:
            return False
        fields = _LOCAL.unpack_from(data, position)
        mark, _, flags, method, _, _, checksum, packed, size, name, extra = fields
        end = position + _LOCAL.size + name + extra + member.compress_size
        agreed = (method, flags & _SIZES_FOLLOW) == (
            member.compress_type,
            member.flag_bits & _SIZES_FOLLOW,
        )
        if flags & _SIZES_FOLLOW:
            agreed = agreed and until - end in _DESCRIPTORS
        else:
            listed_sizes = (member.CRC, member.compress_size, member.file_size)
            agreed = agreed and (checksum, packed, size) == listed_sizes and until == end
        if mark != _START or not agreed or extra > _MOST_EXTRA:
            return False
        position = until
    entries = sum(
        _ENTRY_BYTES + len(each.orig_filename.encode(_encoding(each))) + len(each.extra)
        for each in listed
    )
    if any(each.comment or len(each.extra) > _MOST_EXTRA for each in listed):
        return False
    at_the_end = data[-_END_BYTES:].startswith(_END) and not archive.comment
    return at_the_end and archive.start_dir + entries + _END_BYTES == len(data)


def _encoding(member: zipfile.ZipInfo) -> str:
    return "utf-8" if member.flag_bits & _IN_UTF_8 else "cp437"


def _strange(member: zipfile.ZipInfo) -> bool:
    """Whether a name leads elsewhere, is ambiguous, or is no regular file's."""
    name = member.filename
    parts = name.removesuffix("/").split("/")
    mode = member.external_attr >> 16 if member.create_system == _UNIX else 0
    return (
        member.orig_filename != name
        or any(part in ("", ".", "..") or part != part.rstrip(". ") for part in parts)
        or any(each in name for each in "\\:")
        or not name.isprintable()
        or unicodedata.normalize("NFC", name) != name
        or (stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR))
        or member.compress_type not in _METHODS
        or (member.is_dir() and member.file_size > 0)
    )


def _folded(name: str) -> str:
    """One key for all names that a file system treats as equal."""
    return unicodedata.normalize("NFKC", name).casefold().removesuffix("/")
