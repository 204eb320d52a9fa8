"""Time stamps (RFC 3161): the sealer's interface, and our own authority.

``quality_of`` rates a token: ``eigen`` for our own, which proves nothing independently of us;
``extern`` for a third party's; ``gekwalificeerd`` for one that an EU trusted list named then.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

from asn1crypto import cms, core, parser, tsp, x509
from pyhanko.sign.timestamps import TimeStamper

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.cms.containers import Container
from signatures.cms.frozen_asn1 import FinalToken
from signatures.cms.signed_data import SignedData, attribute
from signatures.keys.authority import Authority
from signatures.providers.software import sign_digest

# anyPolicy (RFC 5280, 4.2.1.4). An OID of our own under the UUID arc has 128 bits, which a reader
# written in Rust refused.
POLICY = "2.5.29.32.0"
OWN, EXTERNAL, QUALIFIED = "eigen", "extern", "gekwalificeerd"
# Room for the CMS with its token, in hexadecimal digits. Too small fails, too large pads.
BYTES_RESERVED = 24_576
SPARE_BYTES = 64  # for parts whose length varies slightly, such as serial numbers
_SEQUENCE = (0, 1, 16)  # class, method and tag of a DER SEQUENCE


class Timestamps(Protocol):
    """A source of time stamp tokens."""

    @property
    def bytes_reserved(self) -> int:
        """Room for a container with such a token, in hexadecimal digits."""

    @property
    def superseded(self) -> bool:
        """Whether its keys were replaced; then they stamp nothing more."""

    def room(self, beside: int) -> int:
        """The hexadecimal digits for a container with a token and ``beside`` other bytes."""

    def stamper(self) -> TimeStamper:
        """pyHanko's source of tokens."""

    def lately(self) -> list[Container]:
        """A token for each third-party certificate that may stamp next, to embed its chain. Raises
        TimestampUnavailable."""

    def quality_of(self, token: Container) -> str:
        """The quality of a token from this source."""


def utc_now() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)


class LocalTimestamps:
    """Our own authority."""

    bytes_reserved = BYTES_RESERVED

    def __init__(self, authority: Authority, clock: Callable[[], datetime] = utc_now) -> None:
        self._stamper = LocalStamper(authority, clock)
        self._authority = authority

    def room(self, beside: int) -> int:
        """Nearly exact, as every token has the same parts."""
        return 2 * (self._stamper.size + beside + SPARE_BYTES)

    @property
    def superseded(self) -> bool:
        """Whether another key of our own has become current."""
        return self._authority.superseded

    def stamper(self) -> TimeStamper:
        """One stamper for the whole process; it holds the key."""
        return self._stamper

    def lately(self) -> list[Container]:
        """None: the sealer knows our own chain."""
        return []

    def quality_of(self, _token: Container) -> str:
        """Always our own."""
        return OWN


class FinalStamper(TimeStamper):
    """A source of tokens that are never encoded again."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over the digest. Raises TimestampUnavailable."""
        token = await super().async_timestamp(message_digest, md_algorithm)
        return FinalToken.load(parser.emit(*_SEQUENCE, token.contents))


class LocalStamper(FinalStamper):
    """A time stamp authority in this process: whole seconds in UTC, accurate to one second, its
    certificate identified by SHA-256 (RFC 5816)."""

    def __init__(self, authority: Authority, clock: Callable[[], datetime]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._key = authority.tsa_key
        self._clock = clock
        certificate = asn1_certificate(authority.tsa)
        self._name = x509.GeneralName("directory_name", certificate.subject)
        self._signed_data = SignedData(
            certificate,
            [asn1_certificate(each) for each in (authority.issuing, authority.root)],
            algorithm="rsassa_pkcs1v15",
            content_type="tst_info",
        )

    @cached_property
    def size(self) -> int:
        """The bytes of a typical token; the length varies with the serial number."""
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}
        return len(self._token(tsp.MessageImprint(imprint)).dump())

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over the digest, which needs no check."""
        return self._token(
            tsp.MessageImprint(
                {
                    "hash_algorithm": {"algorithm": md_algorithm},
                    "hashed_message": message_digest,
                }
            )
        )

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The answer to a request, as a service would give it."""
        token = self._token(req["message_imprint"], req["nonce"])
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _token(self, imprint: tsp.MessageImprint, nonce: core.Integer | None = None) -> FinalToken:
        moment = self._clock().astimezone(UTC).replace(microsecond=0)
        info: dict[str, object] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(120),
            "gen_time": moment,
            "accuracy": {"seconds": 1},
            "tsa": self._name,
        }
        if nonce is not None and nonce.native is not None:
            info["nonce"] = nonce
        content = tsp.TSTInfo(info).dump()
        when = attribute("signing_time", cms.Time({"utc_time": core.UTCTime(moment)}).dump())
        attributes = self._signed_data.attributes(hashlib.sha256(content).digest(), when)
        signature = sign_digest(self._key, hashlib.sha256(attributes).digest())
        token: FinalToken = FinalToken.load(
            self._signed_data.signed(attributes, signature, content=content)
        )
        return token
