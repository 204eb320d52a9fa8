"""The evidence package: the files with which anybody can verify the original independently.

Fixed files are made once, at the closing, and are archived with the original. The anchors come
later and are added at download.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.agreement import anchoring
from service.agreement.anchoring import Head
from service.agreement.deadlines import show_date
from service.agreement.model import Agreement
from service.agreement.proof import Facts, qualities
from service.database.engine import Transaction
from service.database.log.anchors import Anchor
from service.documents.read_me import read_me
from service.texts import OURS, table, text
from service.workflow.sealing.certificate_files import OF_OTHERS
from signatures.package.names import (
    AGREEMENT,
    ANCHORS,
    COMMON,
    DIFFERENCE,
    RECORDS,
    SEALS,
    SHEET,
    TEMPLATE,
    TOKENS,
    VIEW,
)
from storage.bag import bag

if TYPE_CHECKING:  # it loads the ASN.1 library
    from signatures.pdf.extraction import Part

OWN = "eigen"  # the quality of the service's own time stamps


def fixed_files(
    facts: Facts, *, seals: Sequence[Part], template: bytes | None, views: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The additional files, by name, that can be made before the evidence sheet.

    The sealed sheet contains their digests, so every file that can be made here belongs here.
    ``seals`` are those in the agreement.
    ``template`` is the Word file of the text, None if it was not kept; ``views`` are the texts
    shown as pages, by name.
    """
    files = {f"{RECORDS}{act.place}.json": act.record.canonical for act in facts.acts}
    files |= _loose(_named(AGREEMENT, seals))
    if template:
        files[TEMPLATE] = template
    return {**files, **views}


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 (hexadecimal) of each file, by name: the ``parts`` of the evidence."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def explanations(
    facts: Facts,
    fixed: Mapping[str, bytes],
    *,
    seals: Sequence[Part],
    shown: bytes,
    checked_at: datetime,
) -> dict[str, bytes]:
    """LEESMIJ.txt and README.txt, whose digests are in the sealed sheet.

    So they cannot say anything about the finished sheet: the positions of its seals are in a
    separate file. ``checked_at`` (aware) is a moment at which certificates and revocation lists are
    valid.
    """
    told = _told(
        facts,
        _named(AGREEMENT, seals),
        shown_length=len(shown),
        absent={TEMPLATE, VIEW, DIFFERENCE, COMMON} - set(fixed),
    )
    told["views"] = _views(facts, fixed)
    told["attime"] = _seconds(checked_at)
    return read_me(told)


def parts_of(pdf: bytes) -> list[Part]:
    """The seals and time stamps in a sealed file."""
    # Loaded only by the worker, which makes packages; the web process only serves them.
    from signatures.pdf.extraction import parts  # noqa: PLC0415

    return parts(pdf)


def files_of_sheet(seals: Sequence[Part]) -> dict[str, bytes]:
    """The files made from the seals and time stamps of the sheet: each of them, and its
    positions."""
    # Loaded only by the worker, which makes packages; the web process only serves them.
    from signatures.pdf.extraction import places  # noqa: PLC0415

    named = _named(SHEET, seals)
    folders = {name: "zegels" if part.cms else "tijdstempels" for _, name, part in named}
    return {
        **_loose(named),
        **{f"{folders[name]}/{name}.txt": places(part) for _, name, part in named},
    }


def _views(facts: Facts, fixed: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The texts shown as pages, each with the places whose record names it."""
    found = digests({name: fixed[name] for name in (VIEW, DIFFERENCE, COMMON) if name in fixed})
    return [
        {
            "file": name,
            "sha256": digest,
            "places": [act.place for act in facts.acts if digest in act.record.canonical.decode()],
        }
        for name, digest in found.items()
    ]


def _named(file: str, seals: Sequence[Part]) -> list[tuple[str, str, Part]]:
    """(file, name in the package, part) of each."""
    stem = file.removesuffix(".pdf")
    seal = {SHEET: stem}
    return [
        (file, seal.get(file, part.field) if part.cms else f"{stem}-afsluiting", part)
        for part in seals
    ]


def _loose(named: list[tuple[str, str, Part]]) -> dict[str, bytes]:
    """The same as separate files."""
    files = {}
    for _, name, part in named:
        files[f"{TOKENS}{name}.tst"] = part.token
        if part.cms:
            files[f"{SEALS}{name}.p7s"] = part.cms
    return files


def _told(
    facts: Facts,
    named: list[tuple[str, str, Part]],
    *,
    shown_length: int,
    absent: Set[str],
) -> dict[str, Any]:
    """The values for LEESMIJ.txt and README.txt; offsets and lengths in bytes, ``attime`` in
    seconds.

    Each certificate is checked at the time of its token: keys may be replaced between two acts, and
    the commands must still work in thirty years.
    """
    agreement, effective = facts.agreement, facts.agreement.effective_date
    if effective is None:
        raise LookupError(agreement.reference)
    documents = dict(facts.documents)
    foreign = any(each != OWN for each in qualities(facts).values())
    entries = [
        {
            "file": file,
            "name": name,
            "range": part.byte_range,
            "value": part.signature_at,
            "attime": _seconds(part.token_time),
        }
        for file, name, part in named
        if part.cms
    ]
    ranges = {entry["name"]: entry["range"] for entry in entries}
    return {
        "reference": agreement.reference,
        "controller": agreement.controller.name,
        "processor": agreement.processor.full_name,
        "effective_date": show_date(effective, OURS),
        "effective_date_iso": effective.isoformat(),
        "shown_sha256": documents["shown"],
        "sealed_sha256": documents["sealed"],
        "shown_length": shown_length,
        "acts": [
            {"place": act.place, "record_sha256": act.record_sha256, "range": ranges[act.place]}
            for act in facts.acts
        ],
        "seals": entries,
        "closes": [
            {
                "file": file,
                "name": name,
                "range": part.byte_range,
                "attime": _seconds(part.token_time),
            }
            for file, name, part in named
            if not part.cms
        ],
        "root_fingerprint": facts.root_fingerprint,
        "foreign_stamps": foreign,
        "quality": _quality(facts),
        "template_sha256": "" if TEMPLATE in absent else facts.template_sha256,
        "story": _story(absent if foreign else {*absent, *OF_OTHERS}),
        "not_proven": {
            "nl": list(table("evidence", OURS)["not_proven"].values()),
            "en": list(table("package", OURS)["not_proven"]["en"].values()),
        },
    }


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _quality(facts: Facts) -> dict[str, str]:
    found = dict.fromkeys(qualities(facts).values())
    return {
        "nl": "; ".join(text(f"evidence.quality.{each}", OURS) for each in found),
        "en": "; ".join(text(f"package.quality.en.{each}", OURS) for each in found),
    }


def _story(absent: Set[str]) -> dict[str, list[tuple[str, str]]]:
    """What each file proves, without the files that this package does not have."""
    return {
        language: [(name, proves) for name, proves in files.items() if name not in absent]
        for language, files in table("package", OURS)["proves"].items()
    }


def encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    """Encode files as base64 for JSON."""
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    """The inverse of ``encoded``."""
    return {name: base64.b64decode(data) for name, data in files.items()}


def anchor_files(tx: Transaction, agreement_id: str, log: bytes) -> dict[str, bytes]:
    """The anchor that holds the last entry of a package's log, with the path to it; {} if none.

    Later anchors add nothing: the first one gives the earliest proof of existence.
    """
    last = json.loads(log.splitlines()[-1])
    head = Head(agreement_id, last.get("entry", last)["seq"], last["hash"])
    anchor = tx.anchors.holding(head)
    if anchor is None:
        return {}
    day = anchor.day.isoformat()
    return {
        f"{ANCHORS}{day}.json": anchor.record,
        f"{ANCHORS}{day}.tsr": anchor.response,
        f"{ANCHORS}{day}.pad.txt": _path(anchor, tx.anchors.heads(anchor.number), head),
    }


def _path(anchor: Anchor, heads: list[Head], head: Head) -> bytes:
    """One step per line: the leaf, then the side and hash of each sibling, then the token's
    time."""
    lines = [f"blad {head.leaf().decode()}"]
    lines += [f"{side} {other}" for side, other in anchoring.path(heads, head)]
    lines.append(f"tijd {int(anchor.token_time.timestamp())}")
    return ("\n".join(lines) + "\n").encode()


def as_bag(agreement: Agreement, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return bag(
        files,
        {
            "Source-Organization": agreement.processor.full_name,
            "External-Identifier": agreement.reference,
            "External-Description": text(
                "evidence.package",
                OURS,
                reference=agreement.reference,
                controller=agreement.controller.name,
                processor=agreement.processor.full_name,
            ),
        },
    )
