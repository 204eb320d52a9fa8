"""Checks that every part is present once, and equals its copy in the sealed files."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from signatures.package.case import Case
from signatures.package.documents import sha256
from signatures.package.finding import Finding, fails, unknown
from signatures.package.names import (
    AGREEMENT,
    ANCHOR,
    COPY,
    EVIDENCE,
    FROM_THE_SHEET,
    LOG,
    MANIFEST,
    OF_OTHERS,
    OWN_CERTIFICATES,
    OWN_LISTS,
    PLACES_IN_THE_SHEET,
    READ_ME,
    RECORDS,
    RENEWED,
    SEALS,
    SHEET,
    SHOWN,
    TEMPLATE,
    TOKENS,
    loose_name,
)
from signatures.pdf.extraction import parts, places

_ALWAYS = (SHEET, AGREEMENT, SHOWN, EVIDENCE, LOG, MANIFEST)


def check_seals(case: Case) -> Iterator[Finding]:
    """Each seal and time stamp in a separate file equals that in the PDF."""
    for document in (AGREEMENT, SHEET):
        if not case.sound(document):
            continue  # its own findings are reported elsewhere
        for part in parts(case.files[document]):
            name = loose_name(document, part.field, stamp=part.cms is None)
            place = f"{TOKENS if part.cms is None else SEALS}{name}.txt"
            for file, held in (
                (f"{TOKENS}{name}.tst", part.token),
                (f"{SEALS}{name}.p7s", part.cms),
                (place, places(part) if place in PLACES_IN_THE_SHEET else None),
            ):
                if held is not None and case.files.get(file, held) != held:
                    yield fails("seals", "seal_other", file)


def check_template(case: Case) -> Iterator[Finding]:
    """The Word template is the one that the sheet names."""
    if TEMPLATE not in case.files:
        if case.sheet.parts is None:
            yield unknown("template", "template_absent", TEMPLATE)
    elif sha256(case.files[TEMPLATE]) != case.sheet.said["template"]["sha256"]:
        yield fails("template", "template_other", TEMPLATE)


def check_read_me(case: Case) -> Iterator[Finding]:
    """The explanations are those made with the package."""
    for name in READ_ME:
        if name not in case.files:
            continue
        expected = (case.sheet.parts or {}).get(name)
        if expected is None:
            yield unknown("read_me", "read_me_unsealed", name)
        elif sha256(case.files[name]) != expected:
            yield fails("read_me", "read_me_other", name)


def check_whole(case: Case, named: Collection[str]) -> Iterator[Finding]:
    """Exactly the parts that the sheet lists are present; ``named`` files already have a
    finding."""
    listed = case.sheet.parts
    needed, may = _expected(case)
    for name in sorted(needed - case.files.keys()):
        yield fails("whole", "package_missing", name)
    for name in sorted(may - needed - case.files.keys()):
        yield unknown("whole", "package_absent", name)
    for name in sorted(case.files.keys() - needed - may):
        if not _comes_later(name):
            yield fails("whole", "package_extra", name)
    for name, digest in (listed or {}).items():
        if name in case.files and name not in named and sha256(case.files[name]) != digest:
            yield fails("whole", "part_other", name)
    if listed is None:
        yield unknown("whole", "no_list")


def _expected(case: Case) -> tuple[set[str], set[str]]:
    """The required names, and those that an older package may also have."""
    listed = case.sheet.parts
    if listed is not None:
        needed = {*_ALWAYS, *listed, *FROM_THE_SHEET, *PLACES_IN_THE_SHEET, *READ_ME}
        return needed, {name for name in OF_OTHERS if name in case.files}
    further = {*FROM_THE_SHEET, *READ_ME, *OWN_CERTIFICATES, *OWN_LISTS}
    for place in case.sheet.places():
        further |= {f"{RECORDS}{place}.json", f"{SEALS}{place}.p7s", f"{TOKENS}{place}.tst"}
    further.add(f"{TOKENS}{loose_name(AGREEMENT, '', stamp=True)}.tst")
    optional = {name for name in (*OF_OTHERS, TEMPLATE) if name in case.files}
    if case.sheet.has_records:
        return {*_ALWAYS, *further}, optional
    return set(_ALWAYS), further | optional


def _comes_later(name: str) -> bool:
    """Anchors and renewed copies come after the close and have their own rules."""
    return bool(ANCHOR.fullmatch(name) or (COPY.fullmatch(name) and name.startswith(RENEWED)))
