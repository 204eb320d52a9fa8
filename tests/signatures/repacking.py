"""Changes an evidence package as a forger would, including its lists.

``manifest.json`` and the bag's lists are not sealed, so each change here updates them; what remains
to be detected is the change itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from storage.bag import PAYLOAD, bag
from storage.zipped import zip_package

Files = dict[str, bytes]
NOT_LISTED = ("ankers/", "vernieuwd/", "manifest.json")


def unpacked(package: bytes) -> tuple[str, Files, dict[str, str]]:
    """The folder in the ZIP, the files by their names in the package, and the bag's labels."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    folder = next(iter(files)).split("/")[0]
    inside = f"{folder}/{PAYLOAD}"
    info = files[f"{folder}/bag-info.txt"].decode().splitlines()[:-1]
    labels = dict(line.split(": ", 1) for line in info)
    return folder, {n.removeprefix(inside): d for n, d in files.items() if inside in n}, labels


def relisted(files: Files) -> Files:
    """With a manifest that lists these files, as a forger would write it."""
    manifest = json.loads(files["manifest.json"])
    before = {each["name"]: each for each in manifest["files"]}
    kinds = {each["name"].rpartition(".")[2]: each["media_type"] for each in manifest["files"]}
    manifest["files"] = [
        {
            "name": name,
            "media_type": kinds.get(name.rpartition(".")[2], "text/plain; charset=utf-8"),
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "version_id": before.get(name, {}).get("version_id", "1"),
        }
        for name, data in sorted(files.items())
        if not name.startswith(NOT_LISTED)
    ]
    return {**files, "manifest.json": as_manifest(manifest)}


def as_manifest(manifest: dict[str, Any]) -> bytes:
    """In the archive's format."""
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def packed(folder: str, files: Files, labels: dict[str, str]) -> bytes:
    """The ZIP as the archive would hand it out."""
    return zip_package(bag(files, labels), folder=folder)


@dataclass(frozen=True)
class Manipulation:
    """A change, and the part that must be reported for it, with its code."""

    code: str
    name: str
    files: Callable[[Files, Files], Files | None] | None = None
    packing: Callable[[bytes, str], bytes] | None = None
    lists: Callable[[Files], Files] = relisted
    labels: dict[str, str] | None = None

    def is_among(self, found: set[tuple[str, str]], folder: str) -> bool:
        """Whether these codes and files report the problem; ``*`` in the name is any day."""
        name = self.name.format(folder=folder)
        return any(code == self.code and fnmatchcase(file, name) for code, file in found)

    def made(self, package: bytes, other: bytes) -> bytes:
        """The changed package; ``other`` is another customer's, of the same service."""
        folder, files, labels = unpacked(package)
        changed = dict(files)
        if self.files is not None:
            given = self.files(changed, unpacked(other)[1])
            changed = changed if given is None else given
        if changed != files:
            changed = self.lists(changed)
        data = packed(folder, changed, {**labels, **(self.labels or {})})
        return self.packing(data, folder) if self.packing else data


def put(name: str, data: bytes | Callable[[bytes], bytes]) -> Callable[[Files, Files], None]:
    def change(files: Files, _: Files) -> None:
        made = data if isinstance(data, bytes) else data(files[name])
        assert made != files.get(name)
        files[name] = made

    return change


def take(*names: str) -> Callable[[Files, Files], None]:
    """Replace these files by another customer's."""

    def change(files: Files, other: Files) -> None:
        for name in names:
            assert other[name] != files[name]
            files[name] = other[name]

    return change


def drop(*names: str) -> Callable[[Files, Files], Files]:
    """Remove these: files, or folders with their contents."""

    def change(files: Files, _: Files) -> Files:
        return {
            n: d
            for n, d in files.items()
            if not any(n == each or (each.endswith("/") and n.startswith(each)) for each in names)
        }

    return change


def in_anchor(kind: str, change: Callable[[bytes], bytes]) -> Callable[[Files, Files], None]:
    """Change one file of the anchor, whatever its day."""

    def changed(files: Files, _: Files) -> None:
        (name,) = (each for each in files if each.startswith("ankers/") and each.endswith(kind))
        made = change(files[name])
        assert made != files[name]
        files[name] = made

    return changed


def second_anchor(files: Files, _: Files) -> None:
    """The same anchor again, under a much later day."""
    for name in [each for each in files if each.startswith("ankers/")]:
        files[f"ankers/2199-01-01.{name.split('.', 1)[1]}"] = files[name]


def swap(one: str, another: str) -> Callable[[Files, Files], None]:
    def change(files: Files, _: Files) -> None:
        files[one], files[another] = files[another], files[one]

    return change


def entries(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[bytes], bytes]:
    """A log with changed lines and a recomputed chain."""

    def changed(log: bytes) -> bytes:
        lines = [json.loads(line) for line in log.splitlines()]
        change(lines)
        before = "0" * 64
        for line in lines:
            line["entry"]["prev"] = before
            before = line["hash"] = hashlib.sha256(rfc8785.dumps(line["entry"])).hexdigest()
        return b"".join(rfc8785.dumps(line) + b"\n" for line in lines)

    return changed


def _backdated(lines: list[dict[str, Any]]) -> None:
    lines[0]["entry"]["at"] = "2020-01-01T00:00:00+00:00"


def _cut(lines: list[dict[str, Any]]) -> None:
    del lines[-1]


def _other_person(lines: list[dict[str, Any]]) -> None:
    line = next(each for each in lines if each["personal_data"])
    line["personal_data"] = {**line["personal_data"], "name": "Iemand Anders"}


def _salt_in_capitals(lines: list[dict[str, Any]]) -> None:
    line = next(each for each in lines if each["salt"].upper() != each["salt"])
    line["salt"] = line["salt"].upper()


def _no_salt(lines: list[dict[str, Any]]) -> None:
    line = next(each for each in lines if each["personal_data"])
    line["salt"] = 7


def erase(log: bytes) -> bytes:
    """Erase the personal data of the first line that has any, as the service would."""
    lines = [json.loads(line) for line in log.splitlines()]
    line = next(each for each in lines if each["personal_data"])
    line["personal_data"], line["salt"] = None, ""
    return b"".join(rfc8785.dumps(each) + b"\n" for each in lines)


def facts(**other: Any) -> Callable[[Files], Files]:
    """A manifest with other statements."""

    def lists(files: Files) -> Files:
        made = json.loads(relisted(files)["manifest.json"])
        listed = made.pop("files")
        return {**files, "manifest.json": as_manifest({**made, **other, "files": listed})}

    return lists


def _touch(files: Files, _: Files) -> None:
    files["manifest.json"] += b" "


def added(name: str, data: bytes = b"verborgen") -> Callable[[bytes, str], bytes]:
    """An additional member before the others, with any name."""

    def change(package: bytes, folder: str) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as target, zipfile.ZipFile(io.BytesIO(package)) as source:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # the duplicate name is intended
                target.writestr(zipfile.ZipInfo(name.format(folder=folder)), data)
                for each in source.infolist():
                    target.writestr(each, source.read(each))
        return made.getvalue()

    return change


def link(package: bytes, folder: str) -> bytes:
    """A member that is a symbolic link to another file on the machine."""
    made = io.BytesIO(package)
    with zipfile.ZipFile(made, "a") as target:
        entry = zipfile.ZipInfo(f"{folder}/data/extra.txt")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        target.writestr(entry, "/etc/passwd")
    return made.getvalue()


def comment(package: bytes, _: str) -> bytes:
    made = io.BytesIO(package)
    with zipfile.ZipFile(made, "a") as target:
        target.comment = b"verborgen"
    return made.getvalue()


def between(package: bytes, _: str) -> bytes:
    """Bytes between the last member and the directory, whose offset is corrected."""
    end = package.rindex(b"PK\x05\x06")
    start = int.from_bytes(package[end + 16 : end + 20], "little")
    hidden = b"verborgen"
    moved = (start + len(hidden)).to_bytes(4, "little")
    return package[:start] + hidden + package[start : end + 16] + moved + package[end + 20 :]


def other_size(package: bytes, _: str) -> bytes:
    """The first member's header claims another size than the directory."""
    return package[:22] + (1).to_bytes(4, "little") + package[26:]


def certificate() -> bytes:
    """A certificate that leads to no known root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "IT4Professionals wortel")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def revocations() -> bytes:
    """A revocation list of an unknown issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "IT4Professionals")])
    now = datetime.now(UTC)
    made = x509.CertificateRevocationListBuilder(name, now, now + timedelta(days=9))
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def anchor(files: Files, _: Files) -> None:
    """An anchor that nobody made."""
    files["ankers/2001-01-01.json"] = rfc8785.dumps({"schema": "zegel-anchor/1", "root": "0" * 64})
    files["ankers/2001-01-01.tsr"] = b"0\x030\x01\x00"
    files["ankers/2001-01-01.pad.txt"] = b"blad {}\ntijd 0\n"


def _copy(of: str, tail: bytes = b"") -> Callable[[Files, Files], None]:
    def change(files: Files, _: Files) -> None:
        files[f"vernieuwd/2031-05-01-{of}"] = files[of] + tail

    return change
