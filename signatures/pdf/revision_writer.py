"""Writes one more revision of a file, leaving what was shown as it was."""

from __future__ import annotations

import io

from pyhanko.pdf_utils.decode_limits import DecodeContext, DecodeLimits
from pyhanko.pdf_utils.generic import DictionaryObject, TrailerReference
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import (
    TrailerDictionary,
    XRefCache,
    XRefSection,
    XRefSectionData,
    XRefSectionMetaInfo,
    XRefSectionType,
)

from signatures.pdf.revisions import Source, last_table


class RevisionWriter(IncrementalPdfFileWriter):
    """pyHanko's writer, except that it leaves the metadata alone.

    pyHanko would add its name and the time to the XMP metadata in every revision and drop the
    PDF/UA schema, so that the file is no longer PDF/A (ISO 19005-3, 6.6.2.3).
    """

    def __init__(self, pdf: bytes) -> None:
        """Raises NotStrict for a file with other cross-references than ours."""
        reader = _Reader(pdf)
        super().__init__(reader.stream, prev=reader)

    def _update_meta(self) -> None:
        """Do nothing: the metadata stay."""


class _Reader(PdfFileReader):
    """pyHanko's reader, but with our own reading of the cross-reference tables: pyHanko's takes a
    sixth of the time of a seal."""

    def __init__(self, pdf: bytes) -> None:
        # Instead of pyHanko's own initialisation, which reads the tables.
        self.stream = io.BytesIO(pdf)
        self.strict = True
        self._security_handler = None
        self._decode_context = DecodeContext(DecodeLimits(), input_size=len(pdf))
        self.resolved_objects = {}
        self._header_version = int(pdf[5:6]), int(pdf[7:8])  # %PDF-1.7
        self._input_version = None
        self._historical_resolver_cache = {}
        self._embedded_signatures = None
        self.has_xref_stream = False
        self.last_startxref, _ = last_table(pdf)
        self.trailer = TrailerDictionary()
        self._whole = TrailerReference(self)  # type: ignore[no-untyped-call]
        self.trailer.container_ref = self._whole
        self.xrefs = XRefCache(self, self._sections(Source(pdf)))

    def _sections(self, source: Source) -> list[XRefSection]:
        """The tables, oldest first; their trailers are added to ``self.trailer``, newest first."""
        found: list[XRefSection] = []
        at = self.last_startxref
        while at is not None:
            table = source.table(at)
            end = source.pdf.index(b"<<", at)  # of the table, where its trailer begins
            self.stream.seek(end)
            trailer = DictionaryObject.read_from_stream(self.stream, self._whole)
            self.trailer.add_trailer_revision(trailer)
            data = XRefSectionData()
            data.standard_xrefs = {number: (0, offset) for number, offset in table.offsets.items()}
            data.explicit_refs_in_revision = {(number, 0) for number in table.offsets}
            about = XRefSectionMetaInfo(
                XRefSectionType.STANDARD, int(trailer["/Size"]), at, at, end, None
            )
            found.append(XRefSection(about, data))
            at = table.trailer.get("Prev")
        return found[::-1]
