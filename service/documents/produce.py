"""The only entry point to documents: data in, finished PDF out.

    maker = DocumentMaker(Path("templates/nl/documents"), workers=2)
    document = maker.agreement(template, context, fields=agreement.fields, dated=created_at)
    document.pdf, document.sha256, document.reading_html

The steps are modules: fill, convert, marks, normalise, check; ``sheet`` is for the evidence sheet.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import rfc8785

from service.agreement.template_version import TemplateVersion
from service.documents.convert import OfficePool
from service.documents.docx_blocks import read_blocks
from service.documents.fill import CompiledTemplate
from service.documents.finish import Converted
from service.documents.finisher import Finisher
from service.documents.fonts import ShippedFonts, load_fonts
from service.documents.metadata import Metadata
from service.documents.normalise import Attachment
from service.documents.own.sample import Sample, make_sample
from service.documents.reading_view import reading_view
from service.documents.sheet.letterhead import letterhead
from service.documents.sheet.make import SheetMaker
from service.documents.template import DocumentTemplate, read_template
from service.documents.values import filled_with
from service.errors import GenerationFailed
from signatures.acts.prepare_fields import PlaceOnPage

Key = TypeVar("Key")
Value = TypeVar("Value")

CACHED_DOCUMENTS = 32
CACHED_TEMPLATES = 4  # compiled, 30 ms each: the installed one, and those of what was begun before


@dataclass(frozen=True)
class ProducedDocument:
    """A frozen agreement, as shown, signed and stored."""

    pdf: bytes
    sha256: str
    pages: int
    reading_html: str
    template_version: str
    template_sha256: str
    engine: str
    places: tuple[PlaceOnPage, ...]


class DocumentMaker:
    """Makes documents for any number of threads. It owns the offices, so close it."""

    def __init__(
        self,
        templates_dir: Path,
        *,
        workers: int,
        soffice: str | None = None,
        office_python: str | None = None,
        work_dir: Path | None = None,
    ) -> None:
        """Read the fonts; offices start at first use. Raises GenerationFailed."""
        templates_dir = templates_dir.resolve()
        self._fonts_dir = templates_dir / "fonts"
        self._sheets = SheetMaker(templates_dir / "evidence", self._fonts_dir)
        self._pool = OfficePool(
            self._fonts_dir,
            workers=workers,
            soffice=soffice,
            office_python=office_python,
            work_dir=work_dir,
        )
        self._finisher = Finisher(alone=workers == 1)
        self._compiled: OrderedDict[TemplateVersion, CompiledTemplate] = OrderedDict()
        self._cache: OrderedDict[str, ProducedDocument] = OrderedDict()
        self._common: OrderedDict[bytes, str] = OrderedDict()
        self._cache_lock = threading.Lock()
        self._compile_lock = threading.Lock()

    @cached_property
    def engine(self) -> str:
        """The versions that, with data and template, determine every byte."""
        return f"{self._pool.version} / {self.fonts.description}"

    @cached_property
    def fonts(self) -> ShippedFonts:
        """The shipped fonts, so that a form can refuse early (``unprintable``)."""
        return load_fonts(self._fonts_dir)

    def agreement(
        self,
        template: TemplateVersion,
        context: Mapping[str, Any],
        *,
        fields: Sequence[str],
        dated: datetime,
        preview: bool = False,
    ) -> ProducedDocument:
        """The agreement with its empty signature fields; the same input gives the same bytes.

        ``fields`` are the template's places in signing order. ``dated`` (aware) is the PDF's date.
        A preview says so on every page and has no fields. Raises GenerationFailed, also for other
        fields.
        """
        order = tuple(fields)
        dated = _in_utc(dated)
        compiled = self._compile(template)
        key = self._key(compiled.template, context, order, dated, preview=preview)
        with self._cache_lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        document = self._make_agreement(compiled, context, order, dated, preview=preview)
        with self._cache_lock:
            _remember(self._cache, key, document, CACHED_DOCUMENTS)
        return document

    def common_text(
        self, template: TemplateVersion, context: Mapping[str, Any], *, dated: datetime
    ) -> str:
        """The reading view without any data (see ``difference``), made once per template and
        processor profile. Raises GenerationFailed."""
        compiled = self._compile(template)
        key = rfc8785.dumps([template.sha256, dict(context)])
        with self._cache_lock:
            known = self._common.get(key)
        if known is None:
            values = filled_with(context, preview=False)
            known = reading_view(read_blocks(compiled.fill(values, dated=_in_utc(dated))))
            with self._cache_lock:  # the profile rarely changes
                _remember(self._common, key, known, CACHED_TEMPLATES)
        return known

    def sample(self, template: TemplateVersion) -> Sample:
        """A sample of an own template. Raises GenerationFailed if the office fails."""
        return make_sample(self, template)

    def evidence_sheet(
        self,
        context: Mapping[str, Any],
        *,
        evidence_json: bytes,
        dated: datetime,
        colour: str = "",
        logo: bytes = b"",
    ) -> bytes:
        """The evidence sheet with the evidence attached and one empty field for the seal.

        The processor's ``colour`` (``#rrggbb``) and ``logo`` (a PNG) decorate it. No value in it
        can make this fail (``always_printable``). Raises GenerationFailed for a missing value.
        """
        head = letterhead(colour, logo)
        return self._sheets.sheet(
            context, evidence_json=evidence_json, dated=_in_utc(dated), head=head
        )

    def close(self) -> None:
        self._pool.close()
        self._finisher.close()

    def _compile(self, version: TemplateVersion) -> CompiledTemplate:
        """The template ready to be filled; a thread that needs it meanwhile waits."""
        with self._compile_lock:
            known = self._compiled.get(version)
            made = known or CompiledTemplate(read_template(version))
            _remember(self._compiled, version, made, CACHED_TEMPLATES)
            return made

    def _make_agreement(
        self,
        compiled: CompiledTemplate,
        context: Mapping[str, Any],
        order: tuple[str, ...],
        dated: datetime,
        *,
        preview: bool,
    ) -> ProducedDocument:
        template = compiled.template
        values = filled_with(context, preview=preview)
        docx = compiled.fill(values, dated=dated)
        if context["template"]["version"] != template.version:
            raise GenerationFailed("template_version", str(context["template"]["version"]))
        self.fonts.check_printable(context)
        with self._finisher.making():
            converted = Converted(
                pdf=self._pool.convert(docx),
                docx=docx,
                context=context,
                metadata=self._metadata(compiled, values, dated),
                attachment=None if preview else _attachment(compiled, rfc8785.dumps(dict(context))),
                marks=template.marks,
                order=() if preview else order,
                fonts=self.fonts.names,
            )
            finished = self._finisher.finish(converted)
        return ProducedDocument(
            **vars(finished),
            template_version=template.version,
            template_sha256=template.sha256,
            engine=self.engine,
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
        self,
        template: DocumentTemplate,
        context: Mapping[str, Any],
        order: tuple[str, ...],
        dated: datetime,
        *,
        preview: bool,
    ) -> str:
        canonical = rfc8785.dumps(
            [
                template.sha256,
                template.declaration_sha256,
                dict(context),
                self.engine,
                list(order),
                dated.isoformat(),
                preview,
            ]
        )
        return hashlib.sha256(canonical).hexdigest()


def _remember(kept: OrderedDict[Key, Value], key: Key, value: Value, at_most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > at_most:
        kept.popitem(last=False)


def _attachment(compiled: CompiledTemplate, content: bytes) -> Attachment:
    template = compiled.template
    return Attachment(template.attachment_name, template.attachment_description, content)


def _in_utc(dated: datetime) -> datetime:
    """In whole seconds, as PDF dates are. Raises ValueError for a naive moment."""
    if dated.tzinfo is None:
        raise ValueError("a document is dated in a known time zone")
    return dated.astimezone(UTC).replace(microsecond=0)
