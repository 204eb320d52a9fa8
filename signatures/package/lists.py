"""Checks the unsealed lists of a package, which prove nothing but must not contradict the sealed
sheet."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from signatures.package.case import Case
from signatures.package.files import Package
from signatures.package.finding import Finding, fails
from signatures.package.names import (
    ANCHOR,
    BAG_DECLARATION,
    BAG_FILES,
    BAG_INFO,
    BAG_LIST,
    BAG_TAG_LIST,
    COPY,
    MANIFEST,
    PAYLOAD,
)

_SCHEMA = "zegel-archive/1"
_KEYS = {"name", "media_type", "size", "sha256", "version_id"}
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "pem": "application/x-pem-file",
    "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "p7s": "application/pkcs7-signature",
    "tst": "application/octet-stream",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tiff": "image/tiff",
}
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,128}")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True)
class Stated:
    """What the lists must say of the agreement: the manifest without its files, and for the bag the
    reference, our name, and one of the descriptions."""

    manifest: Mapping[str, Any]
    reference: str
    processor: str
    descriptions: tuple[str, ...]


def as_evidence(reference: str, controller: str, processor: str) -> str:
    """What a bag says of a package with evidence."""
    return f"Bewijspakket {reference}: verwerkersovereenkomst tussen {controller} en {processor}"


def check_lists(case: Case, package: Package) -> Iterator[Finding]:
    """The manifest, and the lists of a bag, against the sealed sheet."""
    yield from check_stated(case.files, package, _stated(case))


def check_stated(files: Mapping[str, bytes], package: Package, stated: Stated) -> Iterator[Finding]:
    """The same against what is stated."""
    yield from _check_manifest(files, stated)
    if package.bagged:
        yield from _check_bag(files, package, stated)


def _check_manifest(files: Mapping[str, bytes], stated: Stated) -> Iterator[Finding]:
    data = files[MANIFEST]
    try:
        manifest = json.loads(data)
        entries = manifest.pop("files")
        listed = {each["name"]: each for each in entries}
        written = json.dumps({**manifest, "files": entries}, ensure_ascii=False, indent=2) + "\n"
        plain = written.encode() == data and list(listed) == sorted(listed)
        plain = plain and len(listed) == len(entries)
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        yield fails("lists", "manifest_unreadable", MANIFEST)
        return
    if not plain or not all(_entry_is_plain(each) for each in entries):
        yield fails("lists", "manifest_unreadable", MANIFEST)
        return
    if manifest != stated.manifest:
        yield fails("lists", "manifest_facts", MANIFEST)
    for name in files:
        later = name == MANIFEST or ANCHOR.fullmatch(name) or COPY.fullmatch(name)
        if not later and name not in listed:
            yield fails("lists", "package_unlisted", name)
    for name, entry in listed.items():
        if name not in files:
            yield fails("lists", "package_missing", name)
        elif (entry["sha256"], entry["size"]) != _of(files[name]):
            yield fails("lists", "package_changed", name)


def _entry_is_plain(entry: Mapping[str, Any]) -> bool:
    kind = _MEDIA_TYPES.get(str(entry["name"]).rpartition(".")[2])
    return (
        entry.keys() == _KEYS
        and entry["media_type"] == kind
        and bool(_VERSION.fullmatch(str(entry["version_id"])))
    )


def _of(data: bytes) -> tuple[str, int]:
    return hashlib.sha256(data).hexdigest(), len(data)


def _stated(case: Case) -> Stated:
    said = case.sheet.said
    controller, processor = said["parties"]["controller"], said["parties"]["processor"]
    trade_name = processor.get("trade_name")
    full_name = f"{processor['name']} ({trade_name})" if trade_name else processor["name"]
    manifest = {
        "schema": _SCHEMA,
        "reference": said["reference"],
        "agreement_id": said["agreement_id"],
        "revision": said["revision"],
        "effective_date": said["effective_date"]["date"],
        "controller": controller["name"],
        "processor": trade_name or processor["name"],
        "template_version": said["template"]["version"],
    }
    described = as_evidence(said["reference"], controller["name"], full_name)
    return Stated(manifest, said["reference"], full_name, (described,))


def _check_bag(files: Mapping[str, bytes], package: Package, stated: Stated) -> Iterator[Finding]:
    """RFC 8493: both lists name every file once with its digest."""
    bag = package.bag
    for name in BAG_FILES:
        if name not in bag:
            yield fails("lists", "package_missing", name)
    if bag.keys() != set(BAG_FILES):
        return
    payload = {PAYLOAD + name: data for name, data in files.items()}
    tags = {name: bag[name] for name in BAG_FILES if name != BAG_TAG_LIST}
    if bag[BAG_DECLARATION] != _DECLARATION:
        yield fails("lists", "bag_other", BAG_DECLARATION)
    if bag[BAG_INFO] not in _infos(stated, payload):
        yield fails("lists", "bag_other", BAG_INFO)
    for name, listed in ((BAG_LIST, payload), (BAG_TAG_LIST, tags)):
        if sorted(bag[name].splitlines(keepends=True)) != sorted(_lines(listed)):
            yield fails("lists", "bag_other", name)


def _lines(files: Mapping[str, bytes]) -> list[bytes]:
    return [
        f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode() for name, data in files.items()
    ]


def _infos(stated: Stated, payload: Mapping[str, bytes]) -> list[bytes]:
    size = sum(map(len, payload.values()))
    return [
        (
            f"Source-Organization: {stated.processor}\n"
            f"External-Identifier: {stated.reference}\n"
            f"External-Description: {described}\n"
            f"Payload-Oxum: {size}.{len(payload)}\n"
        ).encode()
        for described in stated.descriptions
    ]
