"""The evidence package: the files with which anybody can verify the original independently.

Most are made once, at the closing, and archived with it; the anchors are added at download.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509

from service.agreement.deadlines import show_date
from service.agreement.proof import Facts, qualities
from service.documents.read_me import read_me
from service.texts import OURS, table, text
from signatures.keys.authority import pem
from signatures.package.names import (
    AGREEMENT,
    COMMON,
    DIFFERENCE,
    MANDATE,
    RECORDS,
    SEALS,
    SHEET,
    TEMPLATE,
    TOKENS,
    VIEW,
)

if TYPE_CHECKING:  # they load the PDF library
    from signatures.pdf.extraction import Part
    from signatures.sealing.validation_data import Chains
    from signatures.stamps.chains import StampEvidence

STAMP_ROOT, STAMP_CHAINS, STAMP_LISTS = (
    "tijdstempelwortel.pem",
    "tijdstempeldienst.pem",
    "tijdstempelintrekking.pem",
)
OF_OTHERS = tuple(f"certificaten/{name}" for name in (STAMP_ROOT, STAMP_CHAINS, STAMP_LISTS))
OWN = "eigen"  # the quality of the service's own time stamps


def fixed_files(
    facts: Facts, *, seals: Sequence[Part], template: bytes | None, views: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files, by name, that can be made before the evidence sheet, which contains their digests.

    ``seals`` are those in the agreement. ``template`` is the Word file, None if it was not kept;
    ``views`` are the texts shown as pages, and the mandate of an act that names one.
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
    """LEESMIJ.txt and README.txt, whose digests are in the sealed sheet: they cannot name its
    seals.

    ``checked_at`` (aware) is a moment at which certificates and revocation lists are valid.
    """
    told = _told(
        facts,
        _named(AGREEMENT, seals),
        shown_length=len(shown),
        absent={TEMPLATE, VIEW, DIFFERENCE, COMMON, MANDATE} - set(fixed),
    )
    told["views"] = _named_by(facts, fixed, (VIEW, DIFFERENCE, COMMON))
    told["mandates"] = _named_by(facts, fixed, (MANDATE,))
    told["attime"] = _seconds(checked_at)
    return read_me(told)


def parts_of(pdf: bytes) -> list[Part]:
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


def _named_by(
    facts: Facts, fixed: Mapping[str, bytes], names: Sequence[str]
) -> list[dict[str, Any]]:
    """These files, as far as there are, each with the places whose record names it."""
    found = digests({name: fixed[name] for name in names if name in fixed})
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

    Each certificate is checked at the time of its token, so that the commands still work in thirty
    years.
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
            "nl": _not_proven(facts, table("evidence", OURS)["not_proven"], "evidence"),
            "en": _not_proven(facts, table("package", OURS)["not_proven"]["en"], "package"),
        },
    }


def _not_proven(facts: Facts, said: Mapping[str, str], name: str) -> list[str]:
    """The limits, with that of an act under a mandate."""
    unseen = [text(f"{name}.not_seen", OURS)] if facts.under_mandate else []
    return [*said.values(), *unseen]


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
    """As base64 for JSON."""
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(data) for name, data in files.items()}


def certificate_files(chains: Chains) -> dict[str, bytes]:
    """The certificate files with their names in the archive; several per file if keys were replaced
    between acts, the current ones first."""
    return {
        "wortel.pem": pem(*chains.roots),
        "uitgever.pem": pem(*chains.intermediates),
        "zegel.pem": pem(*chains.seals),
        "tijdstempel.pem": pem(*chains.stamps),
        "intrekkingslijst.pem": pem(*chains.lists),
        "intrekkingslijst-wortel.pem": pem(*chains.upper_lists),
    }


def stamp_files(evidence: StampEvidence, stamps: Sequence[x509.Certificate]) -> dict[str, bytes]:
    """Third-party certificates and revocation lists with their names in the archive; none for ours.

    ``stamps`` are the certificates of all time stamps, ours too, so that OpenSSL can check every
    token with one file.
    """
    if not evidence.stamps:
        return {}
    # Loaded only for third-party stamps: the pages use this module for its names.
    from asn1crypto import pem as armour  # noqa: PLC0415

    chains = dict.fromkeys((*stamps, *evidence.stamps, *evidence.issuers, *evidence.roots))
    files = {
        STAMP_ROOT: pem(*evidence.roots),
        STAMP_CHAINS: pem(*chains),
        STAMP_LISTS: b"".join(armour.armor("X509 CRL", each.dump()) for each in evidence.lists),
    }
    return {name: data for name, data in files.items() if data}
