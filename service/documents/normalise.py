"""Finishes a converted PDF before anybody sees or signs it, as a rewrite would break a signature.

The same input then gives the same bytes (LibreOffice writes the time in five places), the data are
an associated file, and every place is an empty tagged field.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pikepdf
from pikepdf import Name

from service.documents.marks import take_places
from service.documents.metadata import Metadata, pdf_date, write_metadata
from service.documents.pdf_memory import open_pdf, save_pdf
from service.documents.tags import finish_tags
from service.documents.template import Mark
from service.errors import GenerationFailed
from signatures.acts.prepare_fields import PlaceOnPage, prepare_fields
from signatures.errors import FieldError

ICC_DATE = slice(24, 36)
ICC_PROFILE_ID = slice(84, 100)


@dataclass(frozen=True)
class Attachment:
    """The data of the document, as JSON."""

    name: str
    description: str
    content: bytes


@dataclass(frozen=True)
class Normalised:
    """The finished file, and the places of its empty fields."""

    pdf: bytes
    places: tuple[PlaceOnPage, ...]


def normalise(
    converted: bytes,
    metadata: Metadata,
    attachment: Attachment | None,
    marks: Sequence[Mark],
    signing_order: Sequence[str],
) -> Normalised:
    """The finished file; without fields when ``signing_order`` is empty.

    Raises GenerationFailed ``place_missing``, ``place_repeated`` or ``field_misplaced``.
    """
    with open_pdf(converted) as pdf:
        for key in ("/DocChecksum", "/ID"):
            if key in pdf.trailer:
                del pdf.trailer[key]
        write_metadata(pdf, metadata)
        _date_colour_profile(pdf, metadata.dated)
        places = take_places(pdf, marks)
        finish_tags(pdf)
        if attachment:
            _attach(pdf, attachment, metadata.dated)
        if signing_order:
            try:
                prepare_fields(pdf, places.found, signing_order, places.parents)
            except FieldError as error:
                raise GenerationFailed("field_misplaced", str(error)) from error
        for page in pdf.pages:
            page.obj.Tabs = Name.S
        return Normalised(save_pdf(pdf), places.found if signing_order else ())


def _date_colour_profile(pdf: pikepdf.Pdf, dated: datetime) -> None:
    """Replace the time in the ICC profile's header, and the digest over it.

    The digest may be absent (all zeros), the date not (ICC.1:2010, 7.2.8 and 7.2.18).
    """
    for intent in pdf.Root.OutputIntents:
        profile = bytearray(intent.DestOutputProfile.read_bytes())
        profile[ICC_DATE] = struct.pack(">6H", *dated.timetuple()[:6])
        profile[ICC_PROFILE_ID] = bytes(ICC_PROFILE_ID.stop - ICC_PROFILE_ID.start)
        components = int(intent.DestOutputProfile.N)
        stream = pdf.make_stream(bytes(profile))
        stream.N = components
        intent.DestOutputProfile = stream


def _attach(pdf: pikepdf.Pdf, attachment: Attachment, dated: datetime) -> None:
    """The document's associated file (ISO 19005-3, 6.8; ISO 32000-2, 14.13)."""
    specification = pikepdf.AttachedFileSpec(
        pdf,
        attachment.content,
        description=attachment.description,
        filename=attachment.name,
        mime_type="application/json",
        creation_date=pdf_date(dated),
        mod_date=pdf_date(dated),
        relationship=Name.Data,
    )
    pdf.attachments[attachment.name] = specification
    pdf.Root.AF = pikepdf.Array([pdf.attachments[attachment.name].obj])
