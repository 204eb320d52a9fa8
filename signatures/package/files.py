"""An evidence package as somebody has it: a folder, a bag (RFC 8493) or its ZIP; and a PDF alone.

Reading judges nothing of what the files say. What is wrong with the ZIP itself, or with the place
of a file, is noted as findings; ``package_verdict`` judges the parts.

The files of the package lie beside ``manifest.json``, at most two folders deep. Where that folder
is the payload of a bag, ``data/``, the lists of the bag lie above it.
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
    """The files by their names in the package, the bag's own files by theirs, and what was wrong
    with how they lie there. ``bagged`` says whether the bag's files have to be there."""

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
        """The root certificates that travel with it; none when they are unreadable."""
        return _certificates(self.files.get(ROOT, b""))

    def stamp_roots(self) -> list[x509.Certificate]:
        """The same of other people's time stamp authorities."""
        return _certificates(self.files.get(STAMP_ROOT, b""))


def _certificates(encoded: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(encoded)
    except ValueError:
        return []


def read(path: Path) -> tuple[Package, str]:
    """What lies at ``path``; the name of the PDF when it is one alone, else empty: a package.

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
    """The package whose manifest lies least deep. Raises Unreadable."""
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
    """What lies beside a PDF alone and may say something of it: the sheet with its renewed copies,
    and the roots."""
    folder = path.absolute().parent
    if folder.name == RENEWED:  # renewed copies have a folder of their own in the package
        folder = folder.parent
    copies = [f"{RENEWED}/{each.name}" for each in sorted(folder.glob(f"{RENEWED}/*-{SHEET}"))]
    found = {name: folder / name for name in (SHEET, ROOT, STAMP_ROOT, *copies[-1:])}
    return {n: _bounded(f, MOST_BYTES) for n, f in found.items() if f.is_file()}
