"""Full validation (ETSI EN 319 102-1), by pyHanko, for what ``plain`` does not decide: OCSP
answers, or revocation after signing. Nothing is fetched."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signatures.chains.asn1_certificates import asn1_certificate


async def validate(
    pdf: bytes,
    *,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate],
    at: datetime,
) -> tuple[str, str]:
    """What is wrong with the chains, and with the long-term validation data; '' means nothing.

    ``at`` is the moment of the closing time stamp. A hostile file may raise any exception.
    """
    embedded = list(PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures)
    seal_trust, stamp_trust = [*map(asn1_certificate, roots)], [*map(asn1_certificate, stamp_roots)]
    chains = [
        str(each.field_name)
        for each in embedded
        if not await _trusted(each, _context(seal_trust, at), _context(stamp_trust, at))
    ]
    return ", ".join(chains), await long_term(
        embedded, roots=seal_trust, stamp_roots=stamp_trust, at=at
    )


async def long_term(
    embedded: Sequence[EmbeddedPdfSignature],
    *,
    roots: Sequence[asn1_x509.Certificate],
    stamp_roots: Sequence[asn1_x509.Certificate],
    at: datetime,
) -> str:
    """What is wrong with the long-term validation of the acts' signatures; '' means nothing.

    ``at`` is as for ``validate``. A hostile file may raise any exception.
    """
    specification = _specification([*roots], [*stamp_roots])
    timing = ValidationTimingInfo(at, at, point_in_time_validation=True)
    wrong = []
    for each in embedded:
        if _is_timestamp(each):
            continue
        result = await ades_lta_validation(each, specification, timing_info=timing)
        if result.ades_subindic is not AdESPassed.OK:
            wrong.append(f"{each.field_name}: {result.ades_subindic}")
    return ", ".join(wrong)


def _context(trusted: list[asn1_x509.Certificate], moment: datetime) -> ValidationContext:
    """Trusts only these roots: nothing from the operating system, nothing fetched."""
    return ValidationContext(trust_roots=trusted, allow_fetching=False, moment=moment)


async def _trusted(
    each: EmbeddedPdfSignature, seals: ValidationContext, stamps: ValidationContext
) -> bool:
    # Later changes are judged by ``long_term``; judging them takes long.
    if _is_timestamp(each):
        status: Any = await async_validate_pdf_timestamp(
            each, validation_context=stamps, skip_diff=True
        )
        return bool(status.trusted)
    status = await async_validate_pdf_signature(
        each, signer_validation_context=seals, ts_validation_context=stamps, skip_diff=True
    )
    stamp = status.timestamp_validity
    return bool(status.trusted and stamp is not None and stamp.trusted)


def _is_timestamp(each: EmbeddedPdfSignature) -> bool:
    return str(each.sig_object.get("/Type", "")) == "/DocTimeStamp"


def _specification(
    seals: list[asn1_x509.Certificate], stamps: list[asn1_x509.Certificate]
) -> PdfSignatureValidationSpec:
    def policy(trusted: list[asn1_x509.Certificate]) -> CertValidationPolicySpec:
        return CertValidationPolicySpec(
            SimpleTrustManager.build(trusted), CertRevTrustPolicy(REQUIRE_REVINFO)
        )

    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            policy(seals),
            RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
            ts_cert_validation_policy=policy(stamps),
        )
    )
