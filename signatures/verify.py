"""Is this file one of ours, whole and unchanged? Offline, with pinned roots.

A file whose cryptography is valid is not yet an authentic one: an earlier revision of it, one
without its document time stamp, or one with bytes added behind it verify in every PDF reader. So
the verdict rests on the rules of ``report.RULES``; any exception is *invalid*, never *unsigned*.
"""

from __future__ import annotations

import hashlib
import io
import re
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

from signatures.closing import flaw
from signatures.report import FAILS, HOLDS, UNKNOWN, Answer, FoundSeal, Report
from signatures.report import Ledger as Ledger
from signatures.revoked import revoked
from signatures.running import run
from signatures.seal import ARCHIVE_FIELD, LEVEL, SHEET_FIELD

ORDERS = {
    ("controller_agreement", "controller_annex", "processor_agreement", ARCHIVE_FIELD),
    ("processor_agreement", "controller_agreement", "controller_annex", ARCHIVE_FIELD),
    (SHEET_FIELD, ARCHIVE_FIELD),
}
LARGEST_FILE = 50_000_000
_WEAK = frozenset({"md2", "md5", "sha1"})
_REFERENCE = re.compile(r"\bVO-\d{4}-\d{5,}\b")


def verify(
    pdf: bytes,
    *,
    roots: Sequence[x509.Certificate],
    ledger: Ledger | None = None,
    now: datetime | None = None,
    crls: Sequence[x509.CertificateRevocationList] = (),
) -> Report:
    """The report on a file. Never raises for the file's sake.

    ``crls`` are lists of today, trusted as the roots are: what a certificate sealed or stamped at
    or after the moment from which one revokes it is refused. A file holds only the lists of its
    own day, and one that was made with a stolen key the lists of before the theft.

    ``now`` (aware, default the clock) matters only for the certificate of the closing time stamp.
    Everything else is judged at the moment in that stamp, for which the file holds the evidence:
    an original must verify long after its certificates and revocation lists have ended.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    first = [*_ledger_answers(pdf, digest, ledger)]
    try:
        if len(pdf) > LARGEST_FILE:
            raise ValueError("too large")
        recorded = bool(first) and first[0].state == HOLDS
        answers, seals, reference = run(
            _examine(pdf, roots, now or datetime.now(UTC), crls, recorded=recorded)
        )
    except Exception as error:  # whatever a hostile file provokes, it is invalid
        unreadable = Answer("readable", FAILS, f"{type(error).__name__}: {error}"[:200])
        return Report((unreadable, *first), sha256=digest)
    level = LEVEL if all(a.state == HOLDS for a in answers) else ""
    told = (Answer("readable", HOLDS), *first, *answers)
    return Report(told, tuple(seals), reference, digest, level)


def _ledger_answers(pdf: bytes, digest: str, ledger: Ledger | None) -> list[Answer]:
    if ledger is None:
        return [Answer("ledger", UNKNOWN), Answer("shown", UNKNOWN)]
    same = digest == ledger.sealed_sha256
    answers = [Answer("ledger", HOLDS if same else FAILS)]
    if not ledger.shown_length:
        return [*answers, Answer("shown", UNKNOWN)]
    prefix = hashlib.sha256(pdf[: ledger.shown_length]).hexdigest()
    return [*answers, Answer("shown", HOLDS if prefix == ledger.shown_sha256 else FAILS)]


async def _examine(
    pdf: bytes,
    roots: Sequence[x509.Certificate],
    now: datetime,
    crls: Sequence[x509.CertificateRevocationList],
    *,
    recorded: bool,
) -> tuple[list[Answer], list[FoundSeal], str]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    embedded = list(reader.embedded_signatures)
    if not embedded:
        raise ValueError("no signature")
    trusted = [asn1_x509.Certificate.load(r.public_bytes(Encoding.DER)) for r in roots]
    seals = [_found(each) for each in embedded]
    closed_at = seals[-1].token_time or now
    context = _context(trusted, closed_at)
    statuses = [await _status(each, context) for each in embedded]
    answers = [
        _fields(embedded, seals),
        revoked(embedded, crls) or _chains(statuses, trusted),
        _intact(embedded, statuses),
        _changes(embedded, statuses),
        _closed(pdf, embedded, statuses, roots),
        await _long_term(embedded, trusted, closed_at, None if recorded else now),
    ]
    reasons = " ".join(seal.reason for seal in seals)
    reference = _REFERENCE.search(reasons)
    return answers, seals, reference.group() if reference else ""


def _found(each: EmbeddedPdfSignature) -> FoundSeal:
    sig = each.sig_object
    return FoundSeal(
        field=str(each.field_name),
        name=str(sig.get("/Name", "")),
        reason=str(sig.get("/Reason", "")),
        token_time=_token_time(each),
    )


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
    """Only our roots: nothing from the operating system, nothing fetched."""
    return ValidationContext(trust_roots=list(trusted), allow_fetching=False, moment=moment)


async def _status(each: EmbeddedPdfSignature, context: ValidationContext) -> Any:
    if _is_timestamp(each):
        return await async_validate_pdf_timestamp(each, validation_context=context)
    return await async_validate_pdf_signature(
        each, signer_validation_context=context, ts_validation_context=context
    )


def _is_timestamp(each: EmbeddedPdfSignature) -> bool:
    return str(each.sig_object.get("/Type", "")) == "/DocTimeStamp"


def _fields(embedded: Sequence[EmbeddedPdfSignature], seals: Sequence[FoundSeal]) -> Answer:
    """Exactly the expected fields in an expected order, the last one the document time stamp,
    and every act sealed for its own place in one and the same agreement."""
    names = tuple(str(each.field_name) for each in embedded)
    stamped = [_is_timestamp(each) for each in embedded]
    if names not in ORDERS or stamped != [False] * (len(names) - 1) + [True]:
        return Answer("fields", FAILS, ", ".join(names))
    acts = [seal for seal in seals if seal.field not in (ARCHIVE_FIELD, SHEET_FIELD)]
    if len({seal.reason.partition(f" · {seal.field} · ")[0] for seal in acts}) > 1:
        return Answer("fields", FAILS, " / ".join(seal.reason for seal in acts)[:200])
    return Answer("fields", HOLDS)


def _chains(statuses: Sequence[Any], trusted: Sequence[asn1_x509.Certificate]) -> Answer:
    if not trusted:
        return Answer("chains", UNKNOWN)
    stamps = [getattr(status, "timestamp_validity", None) for status in statuses]
    every = all(status.trusted for status in statuses)
    stamped = all(stamp is None or stamp.trusted for stamp in stamps)
    return Answer("chains", HOLDS if every and stamped else FAILS)


def _intact(embedded: Sequence[EmbeddedPdfSignature], statuses: Sequence[Any]) -> Answer:
    """Valid over the bytes it covers, with an algorithm that still holds, each act with a token."""
    for each, status in zip(embedded, statuses, strict=True):
        if not (status.intact and status.valid):
            return Answer("intact", FAILS, str(each.field_name))
        info = each.signer_info
        signed = {attribute["type"].native for attribute in info["signed_attrs"]}
        if "message_digest" not in signed:
            return Answer("intact", FAILS, f"{each.field_name}: message digest")
        if info["digest_algorithm"]["algorithm"].native in _WEAK or each.md_algorithm in _WEAK:
            return Answer("intact", FAILS, f"{each.field_name}: {each.md_algorithm}")
        stamp = getattr(status, "timestamp_validity", None)
        if not _is_timestamp(each) and (stamp is None or not (stamp.intact and stamp.valid)):
            return Answer("intact", FAILS, f"{each.field_name}: token")
    return Answer("intact", HOLDS)


def _changes(embedded: Sequence[EmbeddedPdfSignature], statuses: Sequence[Any]) -> Answer:
    """After an act only the next act, after the last one only validation data and the close."""
    acts = [pair for pair in zip(embedded, statuses, strict=True) if not _is_timestamp(pair[0])]
    for number, (each, status) in enumerate(acts, 1):
        most = ModificationLevel.FORM_FILLING
        if number == len(acts):
            most = ModificationLevel.LTA_UPDATES
        level = status.modification_level
        if level is None or level > most or not status.docmdp_ok:
            detail = f"{each.field_name}: {level.name if level is not None else '?'}"
            return Answer("changes", FAILS, detail)
    return Answer("changes", HOLDS)


def _closed(
    pdf: bytes,
    embedded: Sequence[EmbeddedPdfSignature],
    statuses: Sequence[Any],
    roots: Sequence[x509.Certificate],
) -> Answer:
    """The last revision is the document time stamp, it covers the file to its last byte, and
    nothing hides in the container that it cannot cover."""
    last, status = embedded[-1], statuses[-1]
    ranges = [int(number) for number in last.byte_range]
    to_the_end = len(ranges) == 4 and ranges[2] + ranges[3] == len(pdf) and ranges[0] == 0
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if not (_is_timestamp(last) and whole and to_the_end):
        return Answer("closed", FAILS)
    found = flaw(pdf[ranges[1] : ranges[2]], list(roots))
    return Answer("closed", FAILS if found else HOLDS, found)


async def _long_term(
    embedded: Sequence[EmbeddedPdfSignature],
    trusted: Sequence[asn1_x509.Certificate],
    closed_at: datetime,
    now: datetime | None,
) -> Answer:
    """AdES-LTA validation (ETSI EN 319 102-1) passes on what is stored in the file alone.

    It passes at the moment of the closing time stamp. When the certificate of that stamp has
    ended at ``now`` it proves no longer by itself that the file existed then; None when the
    ledger does.
    """
    if not trusted:
        return Answer("long_term", UNKNOWN)
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
    for each in embedded:
        if _is_timestamp(each):
            continue
        result = await ades_lta_validation(each, specification, timing_info=timing)
        if result.ades_subindic is not AdESPassed.OK:
            return Answer("long_term", FAILS, f"{each.field_name}: {result.ades_subindic}")
    ends: datetime = embedded[-1].signer_cert.not_valid_after
    if now is not None and now > ends:
        return Answer("long_term", UNKNOWN, ends.date().isoformat())
    return Answer("long_term", HOLDS)
