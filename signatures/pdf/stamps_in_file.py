"""The time stamp tokens in a file that was sealed here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from signatures.cms import containers
from signatures.cms.containers import Container, NotIntact
from signatures.pdf.extraction import Part, parts

# NIST SP 800-57 part 1, table 4: 112 bits of security, such as RSA-2048, end with 2030.
STRONG_RSA_BITS = 3000
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+\d+\s*\]")
SHORT_KEYS_END = datetime(2030, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Stamp:
    """A time stamp: its time, and until when it is evidence by itself (aware UTC)."""

    time: datetime
    proves_until: datetime


def last_stamp(pdf: bytes) -> Stamp:
    """The newest time stamp in a file, with until when it is evidence by itself.

    Raises ValueError, NotIntact, or an error of the ASN.1 library, for a file made elsewhere.
    """
    token = parts(pdf)[-1].stamp
    if token.time is None:
        raise NotIntact("token")
    return Stamp(token.time, proves_until(token.certificate))


def proves_until(certificate: x509.Certificate) -> datetime:
    """When a time stamp with this certificate stops being evidence (aware UTC): its certificate
    ends or its key becomes too short."""
    key, ends = certificate.public_key(), certificate.not_valid_after_utc
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < STRONG_RSA_BITS:
        return min(ends, SHORT_KEYS_END)
    return ends


def newest_token(pdf: bytes) -> Container:
    """The token of the last revision of a file just written here. Raises NotIntact."""
    ranges = _BYTE_RANGE.search(pdf, pdf.rindex(b"/ByteRange"))
    if ranges is None:
        raise NotIntact("token")
    start, end = map(int, ranges.groups())
    container = containers.read(pdf[start:end])
    token = container if container.stamped is not None else container.token
    if token is None:
        raise NotIntact("token")
    return token


def certificates_used(seals: Iterable[Part]) -> dict[x509.Certificate, datetime]:
    """Every certificate that sealed or stamped in a file, with its first use (aware UTC): keys may
    be replaced between acts. Raises NotIntact."""
    found: dict[x509.Certificate, datetime] = {}
    for each in seals:
        found.setdefault(each.container.certificate, each.token_time)
        found.setdefault(each.stamp.certificate, each.token_time)
    return found
