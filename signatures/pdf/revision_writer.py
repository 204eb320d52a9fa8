"""One more revision of a file, which adds what is signed and leaves the rest as it was shown."""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


class RevisionWriter(IncrementalPdfFileWriter):
    """pyHanko's writer without its habit of writing the metadata anew.

    With every revision it would put its own name and the present moment into the XMP metadata and
    drop the description of the PDF/UA schema, without which the file is no PDF/A any more
    (ISO 19005-3, 6.6.2.3). The metadata are the document's: they are those that were shown.
    """

    def _update_meta(self) -> None:
        """Nothing: the metadata stay."""
