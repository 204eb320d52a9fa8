"""What is wrong with a Word file as a template, and the template made of it if nothing is.

Runs in the process with limits that ``apart`` starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from lxml import etree

from service.agreement.template_version import TemplateVersion
from service.documents.admission import MAIN_PART, Unwanted, admit, refusals
from service.documents.check import check_filled
from service.documents.docx_blocks import read_blocks
from service.documents.fields import WITHIN, unknown_fields_with_places
from service.documents.fill import CompiledTemplate, filled_sources
from service.documents.fonts import ShippedFonts
from service.documents.own import expressions, names
from service.documents.own.declare import declaration
from service.documents.own.example import example
from service.documents.own.findings import (
    MOST_FINDINGS,
    Checked,
    Finding,
    Found,
    Severity,
    shortened,
)
from service.documents.own.layout import check_layout
from service.documents.own.looks import check_looks
from service.documents.own.open_places import find_open_places
from service.documents.own.pages import Pages
from service.documents.own.paragraphs import text_of
from service.documents.own.places import check_places, links_to_placeholders, write_marks
from service.documents.own.ready import finish, tidy, title_of
from service.documents.own.signing.find import find_signings
from service.documents.own.signing.questions import asked_about, questions
from service.documents.own.source import Source
from service.documents.own.where import headings
from service.documents.own.words import read_words
from service.documents.template import W, read_template
from service.errors import GenerationFailed

DRAFT_VERSION = "0"  # printed in a file that was only checked
DATED = datetime(2000, 1, 1, tzinfo=UTC)
PAGE_FIELDS = (f"{W}fldSimple", f"{W}instrText")


def check(docx: bytes, fonts: ShippedFonts, version: str = "") -> Checked:
    """Check a file of unknown origin; ``version`` is what its text will be called."""
    refused = list(_refused(docx))
    if any(each.code is not Found.FIELD for each in refused):
        return Checked(_ordered(refused))
    source = Source(docx)
    pages = Pages(source)
    findings = list(_fields(source)) or list(_page_numbers(source))
    findings += check_layout(source)
    findings += check_looks(source, fonts)
    tidy(source)
    links_to_placeholders(source)
    above = headings(source)
    asked, left_open = _left_open(source)
    findings += [*asked, *left_open]
    words = read_words(source)
    findings += words.findings
    findings += _values(words.printed | set(_meant(left_open)), words.tested)
    wrong_places, places = check_places(words.places)
    named = {each.values.get("field") for each in left_open}
    findings += [
        each
        for each in wrong_places
        if each.code is not Found.PLACE_MISSING or (each.values["name"] not in named and not asked)
    ]
    title, printed = title_of(source), tuple(sorted(words.printed))
    template = None
    if not _faulty(findings):
        write_marks(source, words.places)
        finish(source)
        called = version or DRAFT_VERSION
        made = source.written()
        used = words.printed | words.tested
        template = TemplateVersion.of(made, declaration(called, title, used, places))
        findings += _filled(template)
    findings = [
        each if each.heading else replace(each, heading=above.get((each.part, each.paragraph), ""))
        for each in findings
    ]
    ordered = _ordered(findings, ["", *above.values()])
    return Checked(
        tuple(map(pages.placed, ordered)),
        title,
        places,
        printed,
        None if _faulty(findings) else template,
    )


def _refused(docx: bytes) -> Iterator[Finding]:
    for refusal in refusals(docx):
        code = Found.NO_WORD_FILE if refusal.what is Unwanted.NO_WORD_FILE else Found(refusal.what)
        yield Finding(code, refusal.part, values={"detail": refusal.detail})


def _fields(source: Source) -> Iterator[Finding]:
    for name, part in source.parts.items():
        for element, wrong, field in unknown_fields_with_places(part):
            paragraph = next(element.iterancestors(f"{W}p"), None)
            place = "" if paragraph is None else shortened(text_of(paragraph))
            code = Found.FIELD_WITHIN if field in WITHIN else Found.FIELD
            yield Finding(code, name, place, {"detail": wrong})


def _page_numbers(source: Source) -> Iterator[Finding]:
    """The number of a page may stand in a footer only: elsewhere it is a word of the text."""
    for field in source.document.iter(*PAGE_FIELDS):
        paragraph = next(field.iterancestors(f"{W}p"), None)
        place = "" if paragraph is None else shortened(text_of(paragraph))
        yield Finding(Found.PAGE_NUMBER, MAIN_PART, place)


def _values(printed: set[str], tested: set[str]) -> Iterator[Finding]:
    for path in names.REQUIRED:
        if path not in printed:
            outer, item, _ = path.partition("[]")
            variant = next(
                kind
                for kind, fits in (
                    ("reference", path == "reference"),
                    ("own", path.startswith("processor.")),
                    ("list", bool(item)),
                    ("guarded", names.DECLARED[outer].nullable),
                    ("", True),
                )
                if fits
            )
            values = {"name": names.shown(outer), "variant": variant}
            yield Finding(Found.VALUE_MISSING, values=values)
    used = {path.removesuffix("[]") for path in printed | tested}
    for path in names.EXPECTED:
        instead = names.OF_SPECIAL if path.endswith(".special") else set()
        if not {path, *instead} & used:
            name = names.shown("annex.sensitive" if instead else path)
            yield Finding(Found.VALUE_NOT_PRINTED, values={"name": name})


def _left_open(source: Source) -> tuple[list[Finding], list[Finding]]:
    """Who signs where nothing says it, and the other places that are left open."""
    signings = list(find_signings(source))
    asked, inside = list(questions(signings)), asked_about(signings)
    places = islice(find_open_places(source), MOST_FINDINGS)
    return [each for each, _ in asked], [
        each.finding for each in places if each.spot.paragraph not in inside
    ]


def _meant(left_open: list[Finding]) -> Iterator[str]:
    """The values that were suggested for open places: they are not missing as well."""
    for each in left_open:
        path = str(each.values.get("path", ""))
        if path in names.LISTS:
            yield f"{path}[]" if path in names.OF_WORDS else f"{path}[].label"
        elif path:
            yield path


def _filled(template: TemplateVersion) -> Iterator[Finding]:
    """Whether the template can be filled with the most and with the least that an agreement has."""
    if not all(map(expressions.is_plain, filled_sources(template.docx))):
        yield Finding(Found.NOT_FILLED, values={"detail": "a statement outside the text"})
        return
    try:
        compiled = CompiledTemplate(read_template(template))
        for complete in (True, False):
            context = example(complete=complete, version=template.version)
            docx = compiled.fill(context, dated=DATED)
            admit(docx)
            check_filled(read_blocks(docx), context)
    except GenerationFailed as failed:
        yield Finding(Found.NOT_FILLED, values={"detail": f"{failed.reason} {failed.detail}"})
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        yield Finding(Found.NOT_FILLED, values={"detail": f"{type(error).__name__} {error}"})


def _faulty(findings: list[Finding]) -> bool:
    return any(each.severity is Severity.FAULT for each in findings)


def _ordered(findings: list[Finding], headings: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Faults first, from the beginning of the text to its end; each once, and not more than a
    person reads."""
    unique: dict[str, Finding] = {}
    for each in findings:
        at = (each.part, each.heading, each.paragraph)
        unique.setdefault(repr((each.code, at, dict(each.values))), each)
    order = {heading: number for number, heading in enumerate(dict.fromkeys(headings))}

    def position(each: Finding) -> tuple[bool, int]:
        inside = each.part == MAIN_PART and each.paragraph
        at = order.get(each.heading, len(order)) if inside else len(order)
        return (each.severity is Severity.WARNING, at)

    return tuple(sorted(unique.values(), key=position)[:MOST_FINDINGS])
