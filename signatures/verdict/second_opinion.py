"""A second verdict on an original, entirely by pyHanko: its reader, its comparison of revisions,
its AdES-LTA (ETSI EN 319 102-1, 5.6).

It is slow and allows what other programs may do, so it does not decide: a disagreement reveals a
fault in one of the verdicts.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from signatures.chains import whole as ades
from signatures.chains.asn1_certificates import asn1_certificate
from signatures.field_names import ARCHIVE_FIELD
from signatures.run_async import run

WEAK = frozenset({"md2", "md5", "sha1"})
"""pyHanko itself accepts a seal with one of these."""


def objection(
    pdf: bytes,
    *,
    fields: Sequence[str],
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate] = (),
) -> str:
    """Why this is no complete, closed original, in English for experts; '' when nothing is wrong.
    Never raises because of the contents.

    ``fields`` are the expected ones in order, without the closing time stamp, at whose moment the
    file is judged.
    """
    try:
        return run(_objection(pdf, tuple(fields), roots, (*roots, *stamp_roots)))
    except Exception as strange:  # it objects to anything it cannot read
        return f"{type(strange).__name__}: {strange}"[:300]


async def _objection(
    pdf: bytes,
    fields: tuple[str, ...],
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate],
) -> str:
    embedded = list(PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures)
    names = tuple(str(each.field_name) for each in embedded)
    if names != (*fields, ARCHIVE_FIELD):
        return f"fields {', '.join(names)}"[:300]
    closed_at = _closing_time(embedded[-1])
    trusted = [asn1_certificate(each) for each in roots]
    stamp_trusted = [asn1_certificate(each) for each in stamp_roots]
    seals, stamps = (
        ValidationContext(trust_roots=these, allow_fetching=False, moment=closed_at)
        for these in (trusted, stamp_trusted)
    )
    for each in embedded[:-1]:
        status: Any = await async_validate_pdf_signature(
            each, signer_validation_context=seals, ts_validation_context=stamps
        )
        if wrong := _of_an_act(each, status, last=each is embedded[-2]):
            return f"{each.field_name}: {wrong}"
    close: Any = await async_validate_pdf_timestamp(embedded[-1], validation_context=stamps)
    if not (close.intact and close.valid and close.trusted):
        return f"{names[-1]}: not intact, valid and trusted"
    if close.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return f"{names[-1]}: does not cover the whole file"
    # The same reader, as it caches slow results.
    return await ades.long_term(embedded, roots=trusted, stamp_roots=stamp_trusted, at=closed_at)


def _of_an_act(each: EmbeddedPdfSignature, status: Any, *, last: bool) -> str:
    stamp = status.timestamp_validity
    if not (status.intact and status.valid and status.trusted):
        return "not intact, valid and trusted"
    if stamp is None or not (stamp.intact and stamp.valid and stamp.trusted):
        return "its time stamp is not intact, valid and trusted"
    if each.signer_info["digest_algorithm"]["algorithm"].native in WEAK:
        return "weak algorithm"
    most = ModificationLevel.LTA_UPDATES if last else ModificationLevel.FORM_FILLING
    level = status.modification_level
    if level is None or level > most or not status.docmdp_ok:
        return "changed afterwards"
    return ""


def _closing_time(close: EmbeddedPdfSignature) -> datetime:
    moment: datetime = close.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    return moment.astimezone(UTC)
