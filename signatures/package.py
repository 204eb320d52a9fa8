"""An agreement with what lies beside it: a PDF in a folder, an evidence package, or its ZIP.

Everything is found by ``manifest.json``: beside the files, or one or two folders deep, so that the
payload of a BagIt bag (RFC 8493), under ``data/``, is found as well. What a manifest lists has to
be there with the right digest. A manifest and a root certificate that come with a package prove
that it agrees with itself; only a root from elsewhere proves whose it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography import x509

from signatures.report import Ledger, Report
from signatures.unzip import MOST_BYTES, MOST_MEMBERS, TooLarge, unzip

MANIFEST, AGREEMENT, SHOWN = "manifest.json", "overeenkomst.pdf", "getoond.pdf"
EVIDENCE_SHEET, RECORDS = "bewijsblad.pdf", "handelingen/"
ROOT, STAMP_ROOT = "certificaten/wortel.pem", "certificaten/tijdstempelwortel.pem"
RENEWED = "vernieuwd"
_COPY = re.compile(r"(?:vernieuwd/)?\d{4}-\d{2}-\d{2}-(overeenkomst\.pdf|bewijsblad\.pdf)")
MOST_FILES = MOST_MEMBERS
_DEEPEST = 3  # bag/data/manifest.json


class Unreadable(Exception):
    """There is nothing that can be checked; the message is a code of ``texts``, or the system's."""


@dataclass(frozen=True)
class Problem:
    """Something in a package that is not as its manifest says; ``code`` is one of ``texts``."""

    code: str
    name: str = ""


@dataclass(frozen=True)
class Package:
    """The files by their names in the manifest, and the manifest; ``{}`` when there is none."""

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]

    def documents(self) -> list[str]:
        """The sealed PDFs in it, the agreement first, the renewed copies last."""
        sealed = [name for name in (AGREEMENT, EVIDENCE_SHEET) if name in self.files]
        return sealed + sorted(
            name for name in self.files if name.startswith(f"{RENEWED}/") and _COPY.fullmatch(name)
        )

    def roots(self) -> list[x509.Certificate]:
        """The root certificates that travel with it; none when they are unreadable."""
        return _certificates(self.files.get(ROOT, b""))

    def stamp_roots(self) -> list[x509.Certificate]:
        """The same of other people's time stamp authorities."""
        return _certificates(self.files.get(STAMP_ROOT, b""))

    def ledger(self, name: str) -> Ledger | None:
        """What the manifest recorded about one of the files, or about the original of a copy."""
        listed = _listed(self.manifest)
        if copy := _COPY.fullmatch(name):
            name = copy[1]
        if name not in listed:
            return None
        shown = listed.get(SHOWN) if name == AGREEMENT else None
        return Ledger(
            sealed_sha256=listed[name]["sha256"],
            shown_sha256=shown["sha256"] if shown else "",
            shown_length=shown["size"] if shown else 0,
        )

    def problems(self) -> list[Problem]:
        """What is missing or not what the manifest lists."""
        found = []
        for name, entry in _listed(self.manifest).items():
            data = self.files.get(name)
            if data is None:
                found.append(Problem("package_missing", name))
            elif hashlib.sha256(data).hexdigest() != entry["sha256"]:
                found.append(Problem("package_changed", name))
        return found

    def contradictions(self, report: Report) -> list[Problem]:
        """Where the manifest and the evidence say something else than the sealed agreement."""
        found = []
        effective = report.effective_date
        if effective is not None and self.manifest.get("effective_date") != effective.isoformat():
            found.append(Problem("package_date"))
        if report.reference and self.manifest.get("reference") != report.reference:
            found.append(Problem("package_reference"))
        records = _other_records(self, report)
        return [*found, *(Problem("package_records", name) for name in records)]


def _certificates(encoded: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(encoded)
    except ValueError:
        return []


def _listed(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {entry["name"]: entry for entry in manifest.get("files", [])}


def _other_records(package: Package, report: Report) -> list[str]:
    """The records of acts whose digest is not the one that the seal of that act binds. A package
    without any is an older one."""
    acts = {f"{RECORDS}{each.field}.json": each.reason for each in report.seals if each.signed_at}
    records = {name for name in package.files if name.startswith(RECORDS)}
    if not records:
        return []
    bound = {
        name
        for name, reason in acts.items()
        if name in records
        and reason.endswith(f"sha256:{hashlib.sha256(package.files[name]).hexdigest()}")
    }
    return sorted((records | acts.keys()) - bound)


def read(path: Path) -> tuple[Package, list[str]]:
    """What lies at ``path`` and the names of the documents to check. Raises Unreadable, OSError."""
    if path.is_dir():
        package = _package(_in_folder(path))
        return package, _documents(package)
    data = _bounded(path)
    if data.startswith(b"PK"):
        package = _package(_in_zip(data))
        return package, _documents(package)
    if path.suffix.casefold() not in (".pdf", "") and not data.startswith(b"%PDF-"):
        raise Unreadable("not_a_package")
    return Package({**_beside(path), path.name: data}, _manifest_beside(path)), [path.name]


def _documents(package: Package) -> list[str]:
    if AGREEMENT not in package.files:
        raise Unreadable("no_agreement")
    return package.documents()


def _package(files: Mapping[str, bytes]) -> Package:
    """The package whose manifest lies least deep. Raises Unreadable."""
    found = [name for name in files if PurePosixPath(name).name == MANIFEST]
    found = [name for name in found if len(PurePosixPath(name).parts) <= _DEEPEST]
    if not found:
        raise Unreadable("no_manifest")
    manifest = min(found, key=lambda name: (len(PurePosixPath(name).parts), name))
    folder = manifest.removesuffix(MANIFEST)
    inside = {
        name.removeprefix(folder): data for name, data in files.items() if name.startswith(folder)
    }
    return Package(inside, _manifest(files[manifest]))


def _manifest(data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
        entries = [(each["name"], each["sha256"], each["size"]) for each in manifest["files"]]
    except (ValueError, KeyError, TypeError, RecursionError) as strange:
        raise Unreadable("no_manifest") from strange
    if not all(isinstance(n, str) and isinstance(d, str) and type(s) is int for n, d, s in entries):
        raise Unreadable("no_manifest")
    return dict(manifest)


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


def _in_zip(data: bytes) -> dict[str, bytes]:
    """The members of a ZIP, unfolded no further than they may be. Raises Unreadable."""
    try:
        return dict(unzip(data))
    except TooLarge as endless:
        raise Unreadable("too_large") from endless
    except ValueError as strange:
        raise Unreadable("not_a_package") from strange


def _bounded(path: Path, room: int = MOST_BYTES) -> bytes:
    if path.stat().st_size > room:
        raise Unreadable("too_large")
    return path.read_bytes()


def _beside(path: Path) -> dict[str, bytes]:
    found = {name: _folder_of(path) / name for name in (ROOT, STAMP_ROOT)}
    return {name: _bounded(file) for name, file in found.items() if file.is_file()}


def _manifest_beside(path: Path) -> dict[str, Any]:
    manifest = _folder_of(path) / MANIFEST
    return _manifest(_bounded(manifest)) if manifest.is_file() else {}


def _folder_of(path: Path) -> Path:
    """The folder of the package; renewed copies have one of their own in it."""
    folder = path.absolute().parent
    return folder.parent if folder.name == RENEWED else folder
