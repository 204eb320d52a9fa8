"""Checking a file that somebody has: is it the original, whole and unchanged?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from service.database.documents import Original
from service.deps import Deps
from service.errors import FieldError, Invalid, Unavailable
from signatures.apart import Busy, NotExamined, verify_apart
from signatures.report import Ledger, Report

MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Checked:
    """The report and, for an original of ours, what was recorded about it.

    The names of the parties are those of the file itself, which the report proves.
    """

    report: Report
    reference: str = ""
    effective_date: date | None = None


def verify_upload(deps: Deps, pdf: bytes) -> Checked:
    """Check a file; nothing of it is kept.

    What it is, is told only of a file that is an original of ours to the last byte: who holds
    that already has everything that is said here. Raises Invalid naming ``file``, Unavailable
    while too many others are being checked.
    """
    if not pdf:
        raise Invalid([FieldError("file", "required")])
    if len(pdf) > MOST_BYTES:
        raise Invalid([FieldError("file", "pdf_too_large")])
    if not pdf.startswith(b"%PDF-"):
        raise Invalid([FieldError("file", "not_a_pdf")])
    digest = hashlib.sha256(pdf).hexdigest()
    shown, agreement = None, None
    with deps.database.begin() as tx:
        agreement_id = tx.documents.by_original_sha256(digest)
        if agreement_id is not None:
            agreement = tx.agreements.get_by_id(agreement_id)
            shown = tx.documents.frozen_pdf(agreement_id, agreement.revision)
    # Outside the transaction: a file that takes long to examine must hold no connection.
    if agreement is None:
        return Checked(_examined(deps, pdf, None))
    ledger = _ledger(digest, shown)
    report = _examined(deps, pdf, ledger)
    return Checked(report, agreement.reference, agreement.effective_date)


def verify_kept(
    deps: Deps, original: Original, pdf: bytes, shown: tuple[bytes, str] | None
) -> Report:
    """The policy applied to what the archive gave back: our own bytes, by their digest."""
    # Loads libraries that no page of a web process needs otherwise.
    from signatures.verify import verify  # noqa: PLC0415

    authority = deps.authority()
    return verify(
        pdf,
        roots=authority.roots,
        ledger=_ledger(original.sha256, shown),
        crls=authority.lists,
    )


def _ledger(sha256: str, shown: tuple[bytes, str] | None) -> Ledger:
    return Ledger(
        sealed_sha256=sha256,
        shown_sha256=shown[1] if shown else "",
        shown_length=len(shown[0]) if shown else 0,
    )


def _examined(deps: Deps, pdf: bytes, ledger: Ledger | None) -> Report:
    authority = deps.authority()
    try:
        return verify_apart(pdf, roots=authority.roots, ledger=ledger, crls=authority.lists)
    except NotExamined as refusal:
        raise Invalid([FieldError("file", "not_examined")]) from refusal
    except Busy as busy:
        raise Unavailable("unavailable") from busy
