"""A finding in words: what was found, where, and what to do about it."""

from __future__ import annotations

from pathlib import PurePosixPath

from service.documents.own.findings import Finding
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
    """What to do; the nearest known name first, if there is one."""
    said = text(f"{CATALOGUE}.{finding.code.value}.remedy", language, **finding.values)
    meant = f"{CATALOGUE}.{finding.code.value}.meant"
    if finding.values.get("nearest") and has_text(meant, language):
        return f"{text(meant, language, **finding.values)} {said}"
    return said


def part_name(finding: Finding, language: Language) -> str:
    """What people call the part of the file; '' for the file as a whole."""
    if not finding.part:
        return ""
    plain = PurePosixPath(finding.part).stem.rstrip("0123456789")
    key = f"{CATALOGUE}.part.{plain}"
    if has_text(key, language):
        return text(key, language)
    return text(f"{CATALOGUE}.part.other", language, name=finding.part)
