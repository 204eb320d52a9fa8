"""Helpers for tests of sealing: a real tagged document, acts, and files at each revision."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from docx import Document
from PIL import Image, ImageDraw
from pyhanko.sign.fields import InvisSigSettings
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper

from signatures.acts.act import Act
from signatures.acts.prepare_fields import PlaceOnPage, prepare_fields
from signatures.acts.statements import Statement
from signatures.pdf.revision_writer import RevisionWriter
from signatures.run_async import run
from signatures.sealing.seal import Sealed, Sealer

if TYPE_CHECKING:
    from tests.signatures.conftest import SealedFile

CONTROLLER_FIRST = ("controller_agreement", "controller_annex", "processor_agreement")
PROCESSOR_FIRST = ("processor_agreement", "controller_agreement", "controller_annex")
SHEET = ("service_seal",)
REFERENCE = "VO-2026-00042"
FIELD_WIDTH, FIELD_HEIGHT = 176.3, 65.85  # as in the agreement's template

RECTANGLES = {
    "controller_agreement": (0, (72.0, 500.0)),
    "processor_agreement": (0, (310.0, 500.0)),
    "controller_annex": (1, (72.0, 500.0)),
    "controller_agreement_2": (0, (72.0, 400.0)),
    "service_seal": (0, (72.0, 300.0)),
}
WHO = {
    "controller_agreement": ("Els Peeters", "Zaakvoerder", "Bakkerij Peeters BV"),
    "controller_annex": ("Els Peeters", "Zaakvoerder", "Bakkerij Peeters BV"),
    "controller_agreement_2": ("Rik Peeters", "Bestuurder", "Bakkerij Peeters BV"),
    "processor_agreement": ("Christophe Zenner", "Zaakvoerder", "IT4Professionals"),
}
PDF_EXPORT = (
    "pdf:writer_pdf_Export:{"
    '"SelectPdfVersion":{"type":"long","value":"3"},'
    '"PDFUACompliance":{"type":"boolean","value":"true"},'
    '"UseTaggedPDF":{"type":"boolean","value":"true"}}'
)


def convert(directory: Path) -> bytes:
    """Two pages with a heading each, converted by LibreOffice to PDF/A-3b and PDF/UA-1."""
    document = Document()
    document.core_properties.title = "Overeenkomst"
    document.core_properties.language = "nl-BE"
    for number in (1, 2):
        document.add_heading(f"Bladzijde {number}", level=1)
        document.add_paragraph("De partijen komen overeen wat volgt.")
        if number == 1:
            document.add_page_break()
    source = directory / "agreement.docx"
    document.save(str(source))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(directory / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            PDF_EXPORT,
            "--outdir",
            str(directory),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (directory / "agreement.pdf").read_bytes()


def with_data(converted: bytes, reference: str) -> bytes:
    """The document with its agreement's data attached, as the service does."""
    data = {
        "reference": reference,
        "controller": {"name": "Bakkerij Peeters BV"},
        "processor": {"name": "Christophe Zenner", "trade_name": "IT4Professionals"},
    }
    return with_attached(converted, data)


def with_evidence(converted: bytes, file: SealedFile) -> bytes:
    """A sheet with the part of the evidence that identifies its agreement."""
    ledger = file.ledger
    return with_attached(
        converted,
        {
            "schema": "zegel-evidence/2",
            "reference": REFERENCE,
            "agreement_id": "1",
            "documents": {"sealed": ledger.sealed_sha256, "shown": ledger.shown_sha256},
        },
    )


def with_attached(converted: bytes, data: dict[str, Any]) -> bytes:
    """The document with these values as its one attachment."""
    with pikepdf.open(io.BytesIO(converted)) as pdf:
        pdf.attachments["data.json"] = pikepdf.AttachedFileSpec(
            pdf, json.dumps(data).encode(), mime_type="application/json"
        )
        pdf.Root.AF = pikepdf.Array([pdf.attachments["data.json"].obj])
        finished = io.BytesIO()
        pdf.save(finished)
    return finished.getvalue()


def prepared(converted: bytes, order: Sequence[str]) -> bytes:
    """The document with an empty tagged field for each place of ``order``."""
    places = []
    for place in order:
        page, (left, bottom) = RECTANGLES[place]
        rect = (left, bottom, left + FIELD_WIDTH, bottom + FIELD_HEIGHT)
        places.append(PlaceOnPage(place, page, rect, f"Handtekening {place}"))
    with pikepdf.open(io.BytesIO(converted)) as pdf:
        prepare_fields(pdf, places, order)
        finished = io.BytesIO()
        pdf.save(finished, deterministic_id=True)
    return finished.getvalue()


def act_for(place: str, shown: bytes, **changes: Any) -> Act:
    """An accepted act, typed unless ``changes`` say otherwise."""
    name, function, organisation = WHO[place]
    made = Act(
        place=place,
        reference=REFERENCE,
        organisation=organisation,
        person_name=name,
        function=function,
        signed_at=datetime.now(UTC),
        method="typed",
        image_png=None,
        typed_text=name,
        document_sha256=hashlib.sha256(shown).hexdigest(),
        statements=(Statement("read", "1", "Ik heb de overeenkomst gelezen."),),
        record_sha256=hashlib.sha256(place.encode()).hexdigest(),
    )
    return dataclasses.replace(made, **changes)


def seal_all(sealer: Sealer, shown: bytes, order: Sequence[str], **changes: Any) -> list[Sealed]:
    """Every act in order and the close; each step has the whole file so far."""
    steps: list[Sealed] = []
    pdf = shown
    for place in order:
        steps.append(
            sealer.seal_act(pdf, act_for(place, shown, **changes), last=place == order[-1])
        )
        pdf = steps[-1].pdf
    return [*steps, sealer.close(pdf)]


def drawn_png(width: int = 600, height: int = 200) -> bytes:
    """A scribble on a transparent background."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    points = [
        (x, height / 2 + (height / 3) * ((x // 40) % 3 - 1)) for x in range(20, width - 20, 20)
    ]
    pen.line(points, fill=(10, 20, 120, 255), width=6, joint="curve")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def photograph_jpeg() -> bytes:
    """A signature on a sheet, as photographed by a phone held upright: 4032 × 3024, rotated."""
    sheet = Image.new("RGB", (3024, 4032), "#d9d4c8")
    strokes = [(500, 2300), (1000, 1600), (1500, 2400), (1900, 1700), (2600, 2100)]
    ImageDraw.Draw(sheet).line(strokes, "#14206e", 30)
    held = Image.Exif()
    held[274] = 6  # stored on its side
    buffer = io.BytesIO()
    sheet.rotate(90, expand=True).save(buffer, "JPEG", quality=92, exif=held)
    return buffer.getvalue()


def stamped_only(stamper: TimeStamper, pdf: bytes, field: str) -> bytes:
    """A document time stamp added to the file, without the data that would later prove it."""
    made = PdfTimeStamper(
        stamper, field_name=field, invis_settings=InvisSigSettings(box_out_of_bounds=True)
    ).async_timestamp_pdf(RevisionWriter(pdf), "sha256", bytes_reserved=24_576)
    return bytes(run(made).getvalue())
