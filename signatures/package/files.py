"""Reads an evidence package from a folder, a bag (RFC 8493) or its ZIP; or a single PDF.

The package is where ``manifest.json`` is, at most two folders deep (``data/`` in a bag). Problems
of packing are findings; ``verdict`` judges the contents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from cryptography import x509

from signatures.package.finding import Finding, fails
from signatures.package.names import (
    AGREEMENT,
    BAG_FILES,
    COPY,
    MANIFEST,
    PAYLOAD,
    RENEWED,
    ROOT,
    SHEET,
    STAMP_ROOT,
)
from signatures.package.zip_members import MOST_BYTES, MOST_FILES, Unreadable, is_zip, members

_DEEPEST = 3  # bag/data/manifest.json


@dataclass(frozen=True)
class Package:
    """The files of the package and of its bag, by name, and findings on their layout. ``bagged``
    says whether the bag's files are required."""

    files: Mapping[str, bytes]
    bag: Mapping[str, bytes] = field(default_factory=dict)
    bagged: bool = False
    findings: tuple[Finding, ...] = ()

    def documents(self) -> list[str]:
        """The sealed PDFs in it, the agreement first, the renewed copies last."""
        sealed = [name for name in (AGREEMENT, SHEET) if name in self.files]
        return sealed + self.copies()

    def copies(self) -> list[str]:
        """The renewed copies, oldest first."""
        folder = f"{RENEWED}/"
        return sorted(n for n in self.files if n.startswith(folder) and COPY.fullmatch(n))

    def roots(self) -> list[x509.Certificate]:
        """The root certificates in the package; none if unreadable."""
        return _certificates(self.files.get(ROOT, b""))

    def stamp_roots(self) -> list[x509.Certificate]:
        """The same for third-party time stamp authorities."""
        return _certificates(self.files.get(STAMP_ROOT, b""))


def _certificates(encoded: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(encoded)
    except ValueError:
        return []


def read(path: Path) -> tuple[Package, str]:
    """The package at ``path``, and the name if it is a single PDF, else ''.

    Raises Unreadable, OSError.
    """
    if path.is_dir():
        return _package(_in_folder(path), ()), ""
    data = _bounded(path, MOST_BYTES)
    if is_zip(data):
        return read_zip(data), ""
    if path.suffix.casefold() not in (".pdf", "") and not data.startswith(b"%PDF-"):
        raise Unreadable("not_a_package")
    return Package({**_beside(path), path.name: data}), path.name


def read_zip(data: bytes) -> Package:
    """The package in a ZIP. Raises Unreadable."""
    files, findings = members(data)
    return _package(files, findings)


def _package(files: Mapping[str, bytes], findings: tuple[Finding, ...]) -> Package:
    """The package whose manifest is at the least depth. Raises Unreadable."""
    found = [name for name in files if PurePosixPath(name).name == MANIFEST]
    found = [name for name in found if len(PurePosixPath(name).parts) <= _DEEPEST]
    if not found:
        raise Unreadable("no_manifest")
    folder = min(found, key=lambda name: (len(PurePosixPath(name).parts), name))
    folder = folder.removesuffix(MANIFEST)
    bagged = folder == PAYLOAD or folder.endswith(f"/{PAYLOAD}")
    above = folder.removesuffix(PAYLOAD)
    inside, bag, strange = {}, {}, []
    for name, data in files.items():
        if name.startswith(folder):
            inside[name.removeprefix(folder)] = data
        elif bagged and name.removeprefix(above) in BAG_FILES and name.startswith(above):
            bag[name.removeprefix(above)] = data
        else:
            strange.append(fails("whole", "package_extra", name))
    return Package(inside, bag, bagged, (*findings, *strange))


def _in_folder(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    room = MOST_BYTES
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if len(files) >= MOST_FILES:
            raise Unreadable("too_large")
        data = _bounded(path, room)
        room -= len(data)
        files[path.relative_to(folder).as_posix()] = data
    return files


def _bounded(path: Path, room: int) -> bytes:
    if path.stat().st_size > room:
        raise Unreadable("too_large")
    return path.read_bytes()


def _beside(path: Path) -> dict[str, bytes]:
    """The files beside a single PDF: the sheet, its newest renewed copy, the roots."""
    folder = path.absolute().parent
    if folder.name == RENEWED:  # renewed copies are in a folder of their own
        folder = folder.parent
    copies = [f"{RENEWED}/{each.name}" for each in sorted(folder.glob(f"{RENEWED}/*-{SHEET}"))]
    found = {name: folder / name for name in (SHEET, ROOT, STAMP_ROOT, *copies[-1:])}
    return {n: _bounded(f, MOST_BYTES) for n, f in found.items() if f.is_file()}
