"""Time stamp tokens over plain bytes (RFC 3161), outside any PDF.

A token is kept as the whole answer (``.tsr``), which ``openssl ts -verify -in`` reads::

    token = stamp(data, LocalTimestamps(authority))
    check(token.response, data, roots=[authority.root])   # the time in it, or TokenInvalid
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import tsp
from cryptography import x509

from signatures.cms import containers
from signatures.errors import TimestampUnavailable, TokenInvalid
from signatures.run_async import run
from signatures.stamps.check import check_issued, check_over
from signatures.stamps.timestamps import Timestamps

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
    read = containers.parsed(token)
    if read.time is None:
        raise TimestampUnavailable("an answer without a time")
    return Token(response.dump(), read.time, timestamps.quality_of(read))


def check(response: bytes, data: bytes, *, roots: Sequence[x509.Certificate]) -> datetime:
    """The aware UTC instant in the token, after checking it.

    It must be over ``data``, and its certificate for time stamps and under one of ``roots`` at that
    instant. Revocation is not checked. Raises TokenInvalid.
    """
    try:
        answer = tsp.TimeStampResp.load(response, strict=True)
        token = containers.parsed(answer["time_stamp_token"])
        check_over(token, data)
        moment, _ = check_issued(token, roots)
    except Exception as problem:  # a forged token can raise anything; it proves nothing
        raise TokenInvalid(f"{type(problem).__name__}: {problem}"[:200]) from problem
    return moment
