"""From .docx to PDF/A-3b + PDF/UA-1, with a small pool of warm LibreOffice processes.

An office that hangs or dies is killed, and the document retried once. After 500 documents or 350 MB
another, started before, takes its place. When idle, one stays: each holds about 170 MiB.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from service.documents.admission import admit
from service.documents.office import OfficeGone, OfficeProcess, OfficeRefused
from service.documents.office_folder import private_work_dir
from service.documents.office_profile import (
    OfficePrograms,
    find_office,
    make_seed,
    write_fonts_conf,
)
from service.errors import GenerationFailed

CONVERT_SECONDS = 10.0
"""A hundred times the median: an office that takes longer hangs."""

USUAL_BYTES, BYTES_A_SECOND = 200_000, 10_000
"""A larger document gets one more second per 10 kB: the longest evidence sheet that is printed
takes seconds on a busy machine, and must still be made."""

IDLE_SECONDS = 8.0
"""After this time without a document, one office is enough."""

EXPORT_OPTIONS: Mapping[str, Any] = {
    "SelectPdfVersion": 3,  # PDF/A-3b
    "PDFUACompliance": True,
    "UseTaggedPDF": True,
    "DisplayPDFDocumentTitle": True,
    "ExportBookmarks": True,
    "ExportFormFields": False,
    "ExportNotes": False,
    "UseLosslessCompression": True,
    "ReduceImageResolution": False,
}


@dataclass(frozen=True)
class RecycleLimits:
    """When an office is replaced by a new one."""

    documents: int = 500
    resident_bytes: int = 350 << 20


@dataclass
class _Slot:
    """One place in the pool: perhaps an office, and perhaps its replacement."""

    office: OfficeProcess | None = None
    replacement: OfficeProcess | None = None
    replacing: threading.Thread | None = field(default=None)


class OfficePool:
    """Converts for any number of threads, at most ``workers`` at a time."""

    def __init__(
        self,
        fonts_dir: Path,
        *,
        workers: int,
        soffice: str | None = None,
        office_python: str | None = None,
        work_dir: Path | None = None,
        seconds: float = CONVERT_SECONDS,
        limits: RecycleLimits | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._fonts_dir = fonts_dir
        self._wanted = (soffice, office_python)
        self._seconds = seconds
        self._limits = limits or RecycleLimits()
        self._work_dir = private_work_dir(work_dir)
        self._remove = weakref.finalize(self, _remove_own, self._work_dir, os.getpid())
        self._preparing = threading.Lock()
        self._slots = [_Slot() for _ in range(max(1, workers))]
        self._free: queue.LifoQueue[_Slot] = queue.LifoQueue()
        self._idle_seconds = idle_seconds
        self._resting: threading.Timer | None = None
        self._used = 0.0
        self._closed = False
        for slot in self._slots:
            self._free.put(slot)

    @property
    def version(self) -> str:
        """The office's build. Raises GenerationFailed if there is no office."""
        with self._preparing:
            return self._programs.version

    def convert(self, docx: bytes) -> bytes:
        """The PDF of a .docx.

        Raises GenerationFailed: ``document_refused`` (by us or the office), ``office_failed``
        (twice), ``office_missing``, ``closed``.
        """
        admit(docx)
        slot = self._free.get()
        try:
            return self._convert_in(slot, docx)
        finally:
            self._free.put(slot)
            self._rest_later()

    def close(self) -> None:
        """End every office after its current document, and remove the work directory."""
        self._closed = True
        if resting := self._resting:
            resting.cancel()
        for _ in self._slots:
            slot = self._free.get()
            replacing = slot.replacing
            if replacing:
                replacing.join()
            for office in (slot.office, slot.replacement):
                if office:
                    office.end()
            slot.office = slot.replacement = None
        for slot in self._slots:
            self._free.put(slot)
        self._remove()

    def offices(self) -> list[OfficeProcess]:
        return [slot.office for slot in self._slots if slot.office]

    def _convert_in(self, slot: _Slot, docx: bytes) -> bytes:
        reasons: list[str] = []
        for _ in range(2):
            if self._closed:
                raise GenerationFailed("closed")
            try:
                office = self._office(slot)
                seconds = self._seconds + further_seconds(docx)
                pdf = office.convert(docx, EXPORT_OPTIONS, seconds=seconds)
            except OfficeRefused as refusal:
                raise GenerationFailed("document_refused", str(refusal)) from refusal
            except OfficeGone as gone:
                slot.office = None
                reasons.append(str(gone))
                continue
            self._replace_when_worn(slot, office)
            return pdf
        raise GenerationFailed("office_failed", "; ".join(reasons))

    def _office(self, slot: _Slot) -> OfficeProcess:
        """The slot's office: its replacement if ready, else a new one if needed."""
        if slot.replacement:
            worn, slot.office, slot.replacement = slot.office, slot.replacement, None
            if worn:
                worn.end()
        if slot.office is None:
            slot.office = self._start()
        return slot.office

    def _replace_when_worn(self, slot: _Slot, office: OfficeProcess) -> None:
        worn = (
            office.documents >= self._limits.documents
            or office.resident_bytes > self._limits.resident_bytes
        )
        if not worn or slot.replacing:
            return

        def start() -> None:
            # if none can be started now, this is retried after the next document
            with contextlib.suppress(OfficeGone, GenerationFailed):
                slot.replacement = self._start()
            slot.replacing = None

        slot.replacing = threading.Thread(target=start, name="office-replacement", daemon=True)
        slot.replacing.start()

    def _rest_later(self) -> None:
        self._used = time.monotonic()
        if len(self._slots) > 1 and not self._resting:
            self._rest_after(self._idle_seconds)

    def _rest_after(self, seconds: float) -> None:
        if not self._closed:
            self._resting = threading.Timer(seconds, self._rest)
            self._resting.daemon = True
            self._resting.start()

    def _rest(self) -> None:
        """End all idle offices but the next to be used; later, if one was used meanwhile."""
        self._resting = None
        left = self._used + self._idle_seconds - time.monotonic()
        if left > 0:
            self._rest_after(left)
            return
        waiting: list[_Slot] = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._free.get_nowait())
        ended = []
        for slot in waiting[1:]:
            if not slot.replacing:
                ended += [office for office in (slot.office, slot.replacement) if office]
                slot.office = slot.replacement = None
        for slot in reversed(waiting):
            self._free.put(slot)
        for office in ended:
            office.end()

    def _start(self) -> OfficeProcess:
        with self._preparing:
            programs, seed, fonts_conf = self._programs, self._seed, self._fonts_conf
        return OfficeProcess(programs, self._work_dir, seed, fonts_conf)

    @cached_property
    def _programs(self) -> OfficePrograms:
        return find_office(*self._wanted)

    @cached_property
    def _fonts_conf(self) -> Path:
        return write_fonts_conf(self._work_dir, self._fonts_dir)

    @cached_property
    def _seed(self) -> Path:
        return make_seed(self._programs, self._work_dir, self._fonts_dir, self._fonts_conf)


def further_seconds(docx: bytes) -> float:
    """The extra seconds for converting a large document."""
    return max(0, len(docx) - USUAL_BYTES) / BYTES_A_SECOND


def _remove_own(directory: Path, owner: int) -> None:
    """Not in a forked child: the directory belongs to its parent."""
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)
