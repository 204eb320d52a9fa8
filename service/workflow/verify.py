"""Checking a file that somebody has: is it the original, whole and unchanged?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from service.agreement.model import Agreement
from service.database.engine import Transaction
from service.deps import Deps
from service.errors import FieldError, Invalid, Unavailable
from signatures.apart import Busy, NotExamined, verify_apart
from signatures.report import Ledger, Report
from storage.archive import AGREEMENT
from storage.renewed import original_of

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
    with deps.database.begin() as tx:
        known = _known(tx, digest)
    # Outside the transaction: a file that takes long to examine must hold no connection.
    if known is None:
        return Checked(_examined(deps, pdf, None))
    report = _examined(deps, pdf, known.ledger)
    return Checked(report, known.agreement.reference, known.agreement.effective_date)


@dataclass(frozen=True)
class _Known:
    """What was recorded about a file."""

    agreement: Agreement
    ledger: Ledger


def _known(tx: Transaction, digest: str) -> _Known | None:
    """An original with this SHA-256, or the original of the renewed copy that has it."""
    agreement_id, of = tx.documents.by_original_sha256(digest), AGREEMENT
    if agreement_id is None:
        agreement_id, name = tx.archive.with_sha256(digest) or (None, "")
        of = original_of(name)
    if agreement_id is None or not of:
        return None
    return _recorded(tx, agreement_id, of)


def _recorded(tx: Transaction, agreement_id: str, of: str) -> _Known:
    """What was recorded about the agreement or, with its name in the package, its evidence sheet.

    Raises LookupError when there is no original yet.
    """
    agreement = tx.agreements.get_by_id(agreement_id)
    found = tx.documents.digests(agreement_id)
    if found is None:
        raise LookupError(agreement.reference)
    if of != AGREEMENT:
        return _Known(agreement, Ledger(found.evidence, "", 0))
    return _Known(agreement, Ledger(found.sealed, found.shown, found.shown_length))


def verify_kept(deps: Deps, agreement_id: str, of: str, pdf: bytes) -> Report:
    """The policy applied to what the archive gave back: the sealed file ``of`` in the package of
    an agreement, or a renewed copy of it. Our own bytes, by their digest."""
    # Loads libraries that no page of a web process needs otherwise.
    from signatures.verify import verify  # noqa: PLC0415

    with deps.database.begin() as tx:
        ledger = _recorded(tx, agreement_id, of).ledger
    authority = deps.authority()
    return verify(
        pdf,
        roots=authority.roots,
        stamp_roots=deps.settings.tsa_roots,
        ledger=ledger,
        crls=authority.lists,
    )


def _examined(deps: Deps, pdf: bytes, ledger: Ledger | None) -> Report:
    authority = deps.authority()
    try:
        return verify_apart(
            pdf,
            roots=authority.roots,
            stamp_roots=deps.settings.tsa_roots,
            ledger=ledger,
            crls=authority.lists,
        )
    except NotExamined as refusal:
        raise Invalid([FieldError("file", "not_examined")]) from refusal
    except Busy as busy:
        raise Unavailable("unavailable") from busy
