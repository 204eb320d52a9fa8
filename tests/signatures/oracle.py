"""A second opinion: the same rules with pyHanko's generic comparison of revisions and AdES-LTA.

It shares no code with the verifier: another reader, another form parser, other chains. The verifier
must refuse everything that this refuses.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signatures.run_async import run

ORDERS = {
    ("controller_agreement", "controller_annex", "processor_agreement", "archive_timestamp"),
    ("processor_agreement", "controller_agreement", "controller_annex", "archive_timestamp"),
    ("service_seal", "archive_timestamp"),
}
_WEAK = frozenset({"md2", "md5", "sha1"})


def refused(pdf: bytes, roots: Sequence[x509.Certificate]) -> set[str]:
    """The rules that fail, without a ledger; ``readable`` for any exception."""
    try:
        return set(run(_examine(pdf, roots)))
    except Exception:
        return {"readable"}


async def _examine(pdf: bytes, roots: Sequence[x509.Certificate]) -> list[str]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    embedded = list(reader.embedded_signatures)
    trusted = [asn1_x509.Certificate.load(r.public_bytes(Encoding.DER)) for r in roots]
    closed_at = _token_time(embedded[-1])
    assert closed_at is not None
    context = _context(trusted, closed_at)
    statuses = [await _status(each, context) for each in embedded]
    answers = {
        "fields": _fields(embedded),
        "chains": _chains(statuses),
        "intact": _intact(embedded, statuses),
        "changes": _changes(embedded, statuses),
        "closed": _closed(pdf, embedded, statuses),
        "long_term": await _long_term(embedded, trusted, closed_at),
    }
    return [rule for rule, holds in answers.items() if not holds]


def _token_time(each: EmbeddedPdfSignature) -> datetime | None:
    content = each.signed_data["encap_content_info"]
    if content["content_type"].native != "tst_info":
        tokens = [
            attribute["values"][0]["content"]
            for attribute in each.signer_info["unsigned_attrs"]
            if attribute["type"].native == "signature_time_stamp_token"
        ]
        if not tokens:
            return None
        content = tokens[0]["encap_content_info"]
    moment: datetime = content["content"].parsed["gen_time"].native
    return moment.astimezone(UTC)


def _context(trusted: Sequence[asn1_x509.Certificate], moment: datetime) -> ValidationContext:
    """Trusts only our roots: nothing from the operating system, nothing fetched."""
    return ValidationContext(trust_roots=list(trusted), allow_fetching=False, moment=moment)


async def _status(each: EmbeddedPdfSignature, context: ValidationContext) -> Any:
    if _is_timestamp(each):
        return await async_validate_pdf_timestamp(each, validation_context=context)
    return await async_validate_pdf_signature(
        each, signer_validation_context=context, ts_validation_context=context
    )


def _is_timestamp(each: EmbeddedPdfSignature) -> bool:
    return str(each.sig_object.get("/Type", "")) == "/DocTimeStamp"


def _fields(embedded: Sequence[EmbeddedPdfSignature]) -> bool:
    names = tuple(str(each.field_name) for each in embedded)
    stamped = [_is_timestamp(each) for each in embedded]
    return names in ORDERS and stamped == [False] * (len(names) - 1) + [True]


def _chains(statuses: Sequence[Any]) -> bool:
    stamps = [getattr(status, "timestamp_validity", None) for status in statuses]
    stamped = all(stamp is None or stamp.trusted for stamp in stamps)
    return stamped and all(status.trusted for status in statuses)


def _intact(embedded: Sequence[EmbeddedPdfSignature], statuses: Sequence[Any]) -> bool:
    for each, status in zip(embedded, statuses, strict=True):
        signed = {attribute["type"].native for attribute in each.signer_info["signed_attrs"]}
        weak = each.signer_info["digest_algorithm"]["algorithm"].native in _WEAK
        if not (status.intact and status.valid) or "message_digest" not in signed or weak:
            return False
        stamp = getattr(status, "timestamp_validity", None)
        if not _is_timestamp(each) and (stamp is None or not (stamp.intact and stamp.valid)):
            return False
    return True


def _changes(embedded: Sequence[EmbeddedPdfSignature], statuses: Sequence[Any]) -> bool:
    acts = [pair for pair in zip(embedded, statuses, strict=True) if not _is_timestamp(pair[0])]
    for number, (_, status) in enumerate(acts, 1):
        most = ModificationLevel.FORM_FILLING
        if number == len(acts):
            most = ModificationLevel.LTA_UPDATES
        level = status.modification_level
        if level is None or level > most or not status.docmdp_ok:
            return False
    return True


def _closed(pdf: bytes, embedded: Sequence[EmbeddedPdfSignature], statuses: Sequence[Any]) -> bool:
    last, status = embedded[-1], statuses[-1]
    ranges = [int(number) for number in last.byte_range]
    to_the_end = len(ranges) == 4 and ranges[2] + ranges[3] == len(pdf) and ranges[0] == 0
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return _is_timestamp(last) and whole and to_the_end


async def _long_term(
    embedded: Sequence[EmbeddedPdfSignature],
    trusted: Sequence[asn1_x509.Certificate],
    closed_at: datetime,
) -> bool:
    specification = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            CertValidationPolicySpec(
                SimpleTrustManager.build(list(trusted)),
                CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
        )
    )
    timing = ValidationTimingInfo(closed_at, closed_at, point_in_time_validation=True)
    results = [
        await ades_lta_validation(each, specification, timing_info=timing)
        for each in embedded
        if not _is_timestamp(each)
    ]
    return all(result.ades_subindic is AdESPassed.OK for result in results)
