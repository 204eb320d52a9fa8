"""Writes one more revision of a file, which adds a signature and leaves the rest as it was
shown."""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


class RevisionWriter(IncrementalPdfFileWriter):
    """pyHanko's writer, except that it leaves the metadata alone.

    In every revision pyHanko would put its own name and the current time into the XMP metadata and
    drop the description of the PDF/UA schema, without which the file is no longer PDF/A (ISO
    19005-3, 6.6.2.3). The metadata belong to the shown document and stay.
    """

    def _update_meta(self) -> None:
        """Do nothing: the metadata stay."""
