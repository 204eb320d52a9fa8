"""The only entry point to the sheet: values in, finished PDF out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from service.documents.always_printable import always_printable
from service.documents.check import check_format
from service.documents.metadata import CREATOR, Metadata
from service.documents.normalise import Attachment
from service.documents.sheet.faces import Faces, Measure
from service.documents.sheet.layout import on_pages
from service.documents.sheet.letterhead import Letterhead
from service.documents.sheet.text import SheetTemplate
from service.documents.sheet.write import Finish, written


class SheetMaker:
    """Makes evidence sheets; thread-safe."""

    def __init__(self, folder: Path, fonts_dir: Path) -> None:
        """Raises GenerationFailed."""
        self._template = SheetTemplate(folder)
        self._faces = Faces.load(fonts_dir)

    def sheet(
        self,
        context: Mapping[str, Any],
        *,
        evidence_json: bytes,
        dated: datetime,
        head: Letterhead | None = None,
    ) -> bytes:
        """The sheet with the evidence attached and one empty field for the seal.

        No value can make this fail (``always_printable``). Raises GenerationFailed
        ``missing_value``.
        """
        template, declared = self._template, self._template.declared
        context = always_printable(
            context, placeholders=template.placeholders, characters=self._faces.seen
        )
        blocks = template.blocks(context)
        title = template.title(context)
        measure = Measure(self._faces)
        pages, document = on_pages(blocks, measure)
        finish = Finish(
            metadata=Metadata(
                title=title,
                subject=declared.subject,
                language=declared.language,
                producer=CREATOR,
                dated=dated,
            ),
            attachment=Attachment(
                declared.attachment_name, declared.attachment_description, evidence_json
            ),
            footer=title,
            page_number=declared.page_number,
            seal_place=declared.seal_place,
            seal_tooltip=declared.seal_tooltip,
            head=head,
        )
        pdf = written(pages, document, finish, self._faces, measure)
        check_format(pdf, self._faces.names)
        return pdf
