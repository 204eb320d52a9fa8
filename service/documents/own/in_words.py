"""A finding in words: what was found, where, and what to do about it."""

from __future__ import annotations

from pathlib import PurePosixPath

from service.documents.own.findings import Finding, Found
from service.texts import Language, has_text, text

CATALOGUE = "template_findings"


def message(finding: Finding, language: Language) -> str:
    values: dict[str, str | int] = dict(finding.values)
    if reason := values.get("reason"):
        key = f"{CATALOGUE}.why_not_made.{reason}"
        known = key if has_text(key, language) else f"{CATALOGUE}.why_not_made.other"
        values["why"] = text(known, language)
    return text(f"{CATALOGUE}.{finding.code.value}.message", language, **values)


def remedy(finding: Finding, language: Language) -> str:
    """What to do; first what is probably meant, if that is known."""
    values, at = finding.values, f"{CATALOGUE}.{finding.code.value}"
    advice = values.get("advice")
    advised = advice and has_text(f"{at}.remedy_advised", language)
    variant = "advised" if advised else values.get("variant")
    said = [text(f"{at}.remedy_{variant}" if variant else f"{at}.remedy", language, **values)]
    if values.get("nearest") and has_text(f"{at}.meant", language):
        said.insert(0, text(f"{at}.meant", language, **values))
    if advice:
        said.insert(0, text(f"{CATALOGUE}.advice.{advice}", language, **values))
    return " ".join(filter(None, said))


def to_type(finding: Finding, language: Language) -> str:
    """What to type for an open place, for who has a field beside the words around it; the remedy
    if that says more."""
    values = finding.values
    what = finding.code if finding.code is Found.SIGNATORY else values.get("advice") or "nothing"
    key = f"{CATALOGUE}.asked.{what}"
    return text(key, language, **values) if has_text(key, language) else remedy(finding, language)


def sides(finding: Finding) -> tuple[str, str]:
    """The words before and after an open place in its paragraph; those of a label are before it.
    In a cell with nothing else, the words that name its row are before it."""
    written, words = str(finding.values.get("written", "")), finding.paragraph
    if finding.code is Found.OPEN_LABEL:
        return f"{words} ", ""
    at = int(finding.values.get("at", words.find(written)))
    row = f"{str(finding.values['row']).rstrip(' :')}: " if "row" in finding.values else ""
    before, rest = row + words[:at], words[at:].removeprefix(written)
    if not written.endswith(("]", ">", "»")):
        return before, rest.lstrip("….·_-")
    return before, rest if words.startswith(written, at) else ""  # too long to be shown whole


def where(finding: Finding, language: Language) -> str:
    """The part, the page, the heading above and the words there; '' for the file as a whole.

    Before there is a sample, the page is about that of Word, if the file knows it.
    """
    heading = "" if finding.heading == finding.paragraph else finding.heading
    found = {
        "page": finding.page,
        "heading": heading,
        "paragraph": finding.paragraph,
        "near_page": None if finding.page else finding.near_page,
    }
    said = [
        text(f"{CATALOGUE}.where.{key}", language, **{key: value})
        for key, value in found.items()
        if value
    ]
    part = part_name(finding, language)
    return ", ".join([part, *said]) if part else ""


def part_name(finding: Finding, language: Language) -> str:
    """What people call the part of the file; '' for the file as a whole."""
    if not finding.part:
        return ""
    plain = PurePosixPath(finding.part).stem.rstrip("0123456789")
    key = f"{CATALOGUE}.part.{plain}"
    if has_text(key, language):
        return text(key, language)
    return text(f"{CATALOGUE}.part.other", language, name=finding.part)
