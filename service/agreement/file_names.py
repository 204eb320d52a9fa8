"""Recognisable file names for a downloaded agreement and its evidence sheet."""

from __future__ import annotations

import re

from service.agreement.model import Agreement
from service.texts import text
from signatures.package.names import AGREEMENT, SHEET, SHOWN

MOST_OF_A_NAME = 60  # characters per party: file systems allow 255 bytes in all
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def saved_as(agreement: Agreement, file: str) -> str:
    """A file name for ``file`` of the package; for most files, the reference and their own name."""
    language = agreement.language
    if file not in (AGREEMENT, SHEET, SHOWN):
        own = file.rsplit("/", 1)[-1]
        return text("labels.saved_as.other", language, reference=agreement.reference, name=own)
    return text(
        f"labels.saved_as.{file.removesuffix('.pdf')}",
        language,
        processor=_part(agreement.processor.known_as),
        controller=_part(agreement.controller.name),
        reference=agreement.reference,
    )


def sample_name(agreement: Agreement) -> str:
    processor = _part(agreement.processor.known_as)
    return text("labels.saved_as.voorbeeld", agreement.language, processor=processor)


def _part(name: str) -> str:
    """A party's name as part of a file name that is valid on every system."""
    return " ".join(_NOT_IN_NAMES.sub(" ", name).split())[:MOST_OF_A_NAME].strip(" .")
