"""Time stamp tokens over plain bytes (RFC 3161), apart from any PDF.

A token is kept as the whole answer of the authority (``.tsr``), so that ``openssl ts -verify -in``
reads it as it is::

    token = stamp(data, LocalTimestamps(authority))
    check(token.response, data, roots=[authority.root])   # the time in it, or TokenInvalid
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import tsp
from cryptography import x509
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from signatures.asn1_certificates import asn1_certificate
from signatures.errors import TokenInvalid
from signatures.running import run
from signatures.timestamps import Timestamps

DIGEST = "sha256"


@dataclass(frozen=True)
class Token:
    """``response`` is a DER ``TimeStampResp``; ``time`` the aware UTC instant in its token."""

    response: bytes
    time: datetime
    quality: str


def stamp(data: bytes, timestamps: Timestamps) -> Token:
    """A token over the SHA-256 of ``data``. Raises TimestampUnavailable."""
    digest = hashlib.sha256(data).digest()
    token = run(timestamps.stamper().async_timestamp(digest, DIGEST))
    response = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
    moment: datetime = _info(response)["gen_time"].native
    return Token(response.dump(), moment.astimezone(UTC), timestamps.quality_of(token))


def check(response: bytes, data: bytes, *, roots: Sequence[x509.Certificate]) -> datetime:
    """The aware UTC instant in the token, once everything about it holds.

    It is over ``data``, its signature is right, and its certificate is one for time stamps that
    leads to one of ``roots`` at the instant in it. Revocation is not looked at: nothing is
    fetched. Raises TokenInvalid.
    """
    try:
        answer = tsp.TimeStampResp.load(response, strict=True)
        info = _info(answer)
        moment: datetime = info["gen_time"].native
        weak = info["message_imprint"]["hash_algorithm"]["algorithm"].native != DIGEST
        status = run(_status(answer, data, roots, moment))
    except Exception as problem:  # whatever a made-up token provokes, it proves nothing
        raise TokenInvalid(f"{type(problem).__name__}: {problem}"[:200]) from problem
    if weak:
        raise TokenInvalid("not over a SHA-256")
    if not status.intact:
        raise TokenInvalid("over other bytes")
    if not status.valid:
        raise TokenInvalid("its signature is wrong")
    if not status.trusted:
        raise TokenInvalid("its certificate leads to no given root")
    return moment.astimezone(UTC)


async def _status(
    answer: tsp.TimeStampResp, data: bytes, roots: Sequence[x509.Certificate], moment: datetime
) -> TimestampSignatureStatus:
    trusted = [asn1_certificate(each) for each in roots]
    context = ValidationContext(trust_roots=trusted, allow_fetching=False, moment=moment)
    found = await validate_tst_signed_data(
        answer["time_stamp_token"]["content"],
        context,
        lambda algorithm: hashlib.new(algorithm, data).digest(),
    )
    return TimestampSignatureStatus(**found)


def _info(answer: tsp.TimeStampResp) -> tsp.TSTInfo:
    return answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
