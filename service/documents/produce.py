"""The only entry point to documents: data in, finished PDF out.

    maker = DocumentMaker(Path("templates/nl/documents"), workers=2)
    document = maker.agreement(context, signing_order="controller_first", dated=created_at)
    document.pdf, document.sha256, document.reading_html

The steps are fill, convert, find the signature places, normalise and check; see the modules of
those names. The evidence sheet is not converted but written directly: ``service.documents.sheet``.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import rfc8785

from service.agreement.states import ACT_ORDER
from service.documents.check import check_format, check_text
from service.documents.convert import OfficePool
from service.documents.docx_blocks import read_blocks
from service.documents.fill import CompiledTemplate
from service.documents.fonts import ShippedFonts, load_fonts
from service.documents.metadata import Metadata
from service.documents.normalise import Attachment, normalise
from service.documents.pdf_text import read_pdf_text
from service.documents.reading_view import reading_view
from service.documents.sheet.make import SheetMaker
from service.documents.template import load_template
from service.errors import GenerationFailed
from signatures.acts.prepare_fields import PlaceOnPage

SIGNING_ORDERS: Mapping[str, tuple[str, ...]] = {
    order.value: tuple(place.value for place in places) for order, places in ACT_ORDER.items()
}
CACHED_DOCUMENTS = 32


@dataclass(frozen=True)
class ProducedDocument:
    """A frozen agreement: these bytes are shown, signed and stored."""

    pdf: bytes
    sha256: str
    pages: int
    reading_html: str
    template_version: str
    template_sha256: str
    template_docx: bytes
    engine: str
    places: tuple[PlaceOnPage, ...]


class DocumentMaker:
    """Makes documents for any number of threads. It owns the warm offices, so close it."""

    def __init__(
        self,
        templates_dir: Path,
        *,
        workers: int,
        soffice: str | None = None,
        office_python: str | None = None,
        work_dir: Path | None = None,
    ) -> None:
        """Compile the templates; offices start at first use. Raises GenerationFailed."""
        templates_dir = templates_dir.resolve()
        self._agreement = CompiledTemplate(load_template(templates_dir / "agreement"))
        self._fonts_dir = templates_dir / "fonts"
        self._sheets = SheetMaker(templates_dir / "evidence", self._fonts_dir)
        self._pool = OfficePool(
            self._fonts_dir,
            workers=workers,
            soffice=soffice,
            office_python=office_python,
            work_dir=work_dir,
        )
        self._cache: OrderedDict[str, ProducedDocument] = OrderedDict()
        self._common: dict[bytes, str] = {}
        self._cache_lock = threading.Lock()

    @property
    def template_version(self) -> str:
        """The agreement template's version, to be put in the context as ``template.version``."""
        return self._agreement.template.version

    @property
    def template_sha256(self) -> str:
        """SHA-256 of the agreement template's Word file."""
        return self._agreement.template.sha256

    @cached_property
    def engine(self) -> str:
        """The versions that, with the data and the template, determine every byte of a document."""
        return f"{self._pool.version} / {self.fonts.description}"

    @cached_property
    def fonts(self) -> ShippedFonts:
        """The shipped fonts; with ``fonts.unprintable(text)`` a form can refuse early."""
        return load_fonts(self._fonts_dir)

    def agreement(
        self,
        context: Mapping[str, Any],
        *,
        signing_order: str,
        dated: datetime,
        preview: bool = False,
    ) -> ProducedDocument:
        """The agreement with its empty signature fields; the same input gives the same bytes.

        ``dated`` (aware) becomes the PDF's own date. A preview says so on every page and has no
        fields. Raises GenerationFailed with the reason, KeyError for an unknown signing order.
        """
        order = SIGNING_ORDERS[signing_order]
        dated = _in_utc(dated)
        key = self._key(context, signing_order, dated, preview=preview)
        with self._cache_lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        document = self._make_agreement(context, order, dated, preview=preview)
        with self._cache_lock:
            self._cache[key] = document
            while len(self._cache) > CACHED_DOCUMENTS:
                self._cache.popitem(last=False)
        return document

    def common_text(self, context: Mapping[str, Any], *, dated: datetime) -> str:
        """The reading view of an agreement without any data; see ``difference``.

        Made once per template and processor profile. Raises GenerationFailed.
        """
        key = rfc8785.dumps([self.template_sha256, dict(context)])
        with self._cache_lock:
            known = self._common.get(key)
        if known is None:
            values = {**context, "preview": False}
            known = reading_view(read_blocks(self._agreement.fill(values, dated=_in_utc(dated))))
            with self._cache_lock:
                self._common = {key: known}  # the profile rarely changes
        return known

    def evidence_sheet(
        self, context: Mapping[str, Any], *, evidence_json: bytes, dated: datetime
    ) -> bytes:
        """The evidence sheet with the evidence attached and one empty field for the seal.

        No value in it can make this fail (``always_printable``), and no office is needed: see
        ``service.documents.sheet``. Raises GenerationFailed for a missing value.
        """
        return self._sheets.sheet(context, evidence_json=evidence_json, dated=_in_utc(dated))

    def close(self) -> None:
        self._pool.close()

    def _make_agreement(
        self,
        context: Mapping[str, Any],
        order: tuple[str, ...],
        dated: datetime,
        *,
        preview: bool,
    ) -> ProducedDocument:
        compiled = self._agreement
        template = compiled.template
        values = {**context, "preview": preview}
        docx = compiled.fill(values, dated=dated)
        if context["template"]["version"] != template.version:
            raise GenerationFailed("template_version", str(context["template"]["version"]))
        self.fonts.check_printable(context)
        blocks = read_blocks(docx)
        converted = self._pool.convert(docx)
        text = read_pdf_text(converted)
        check_text(text, docx, blocks, context)
        finished = normalise(
            converted,
            self._metadata(compiled, values, dated),
            None if preview else _attachment(compiled, rfc8785.dumps(dict(context))),
            template.marks,
            () if preview else order,
        )
        pdf = finished.pdf
        check_format(pdf, self.fonts.names)
        return ProducedDocument(
            pdf=pdf,
            sha256=hashlib.sha256(pdf).hexdigest(),
            pages=len(text.pages),
            reading_html=reading_view(blocks),
            template_version=template.version,
            template_sha256=template.sha256,
            template_docx=template.docx,
            engine=self.engine,
            places=finished.places,
        )

    def _metadata(
        self, compiled: CompiledTemplate, context: Mapping[str, Any], dated: datetime
    ) -> Metadata:
        return Metadata(
            title=compiled.title(context),
            subject=compiled.template.subject,
            language=compiled.template.language,
            producer=self._pool.version,
            dated=dated,
        )

    def _key(
        self, context: Mapping[str, Any], signing_order: str, dated: datetime, *, preview: bool
    ) -> str:
        template = self._agreement.template
        canonical = rfc8785.dumps(
            [
                template.sha256,
                template.declaration_sha256,
                dict(context),
                self.engine,
                signing_order,
                dated.isoformat(),
                preview,
            ]
        )
        return hashlib.sha256(canonical).hexdigest()


def _attachment(compiled: CompiledTemplate, content: bytes) -> Attachment:
    template = compiled.template
    return Attachment(template.attachment_name, template.attachment_description, content)


def _in_utc(dated: datetime) -> datetime:
    """In whole seconds, as PDF dates are. Raises ValueError for a naive moment."""
    if dated.tzinfo is None:
        raise ValueError("a document is dated in a known time zone")
    return dated.astimezone(UTC).replace(microsecond=0)
