"""Reads and writes PDFs that are in memory.

For a stream, qpdf calls Python for every piece: 300 times to open a document of five pages, 21,000
times to write it. For a file it does neither, so on Linux the bytes are given to it as a file that
exists in memory only. The result has the same bytes.
"""

from __future__ import annotations

import io
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pikepdf

OPEN_FILES = Path("/proc/self/fd")
HAS_FILES_IN_MEMORY = hasattr(os, "memfd_create") and OPEN_FILES.is_dir()


def _may_write_files() -> bool:
    """A process with limits may write none, not even in memory."""
    size, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return HAS_FILES_IN_MEMORY and size == resource.RLIM_INFINITY


def open_pdf(content: bytes) -> pikepdf.Pdf:
    """Close it after use. Raises pikepdf.PdfError."""
    if not _may_write_files():
        return pikepdf.open(io.BytesIO(content))
    with _file_in_memory() as (file, path):
        file.write(content)
        file.flush()
        return pikepdf.open(path)


def save_pdf(pdf: pikepdf.Pdf) -> bytes:
    """The same content always gives the same bytes, and streams are compressed.

    The end of a stream is on a line of its own (ISO 19005-3, 6.1.7.1).
    """
    if not _may_write_files():
        written = io.BytesIO()
        # the last: our metadata name no PDF version, so there is none to correct
        pdf.save(written, deterministic_id=True, compress_streams=True, fix_metadata_version=False)
        return written.getvalue()
    with _file_in_memory() as (file, path):
        options = {"outputFile": str(path), "deterministicId": "", "newlineBeforeEndstream": ""}
        pikepdf.Job({"inputFile": ".", **options}).write_pdf(pdf)
        return file.read()


@contextmanager
def _file_in_memory() -> Iterator[tuple[BinaryIO, Path]]:
    """An empty file without a name in any folder, and a path to it while it is open here."""
    with os.fdopen(os.memfd_create("pdf"), "w+b") as file:
        yield file, OPEN_FILES / str(file.fileno())
