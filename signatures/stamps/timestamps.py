"""Time stamps (RFC 3161): what the sealer asks for, and our own authority.

``quality_of`` says what a token is worth: ``eigen`` for our own authority, which proves nothing
independently of us; ``extern`` for another's; ``gekwalificeerd`` only for one that an EU trusted
list named at that very time. Those of others are in ``external_stamps``.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from asn1crypto import algos, cms, core, parser, tsp, x509
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.timestamps import TimeStamper

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.cms.containers import Container
from signatures.cms.frozen_asn1 import FinalAttributes, FinalToken
from signatures.keys.authority import Authority
from signatures.providers.software import sign_digest

# anyPolicy (RFC 5280, 4.2.1.4): our own authority promises no policy in particular. A number of our
# own under the arc of random UUIDs has 128 bits, and a reader in Rust refused such a token.
POLICY = "2.5.29.32.0"
OWN, EXTERNAL, QUALIFIED = "eigen", "extern", "gekwalificeerd"
# Room for the CMS with its token, in hexadecimal digits; a guess that is too small fails, one too
# large only pads.
BYTES_RESERVED = 24_576
_SEQUENCE = (0, 1, 16)  # class, method and tag of a DER SEQUENCE


class Timestamps(Protocol):
    """Gives time stamp tokens."""

    @property
    def bytes_reserved(self) -> int:
        """Room for a container with such a token in it."""

    @property
    def superseded(self) -> bool:
        """Whether other keys count by now; nothing more is stamped with these."""

    def stamper(self) -> TimeStamper:
        """What pyHanko asks for tokens."""

    def lately(self) -> list[Container]:
        """One token for each certificate of another's authority that may stamp next, so that its
        chain can be put into a file beforehand; none for our own. Raises TimestampUnavailable."""

    def quality_of(self, token: Container) -> str:
        """What a token that came from here is worth."""


def utc_now() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)


class LocalTimestamps:
    """Our own authority."""

    bytes_reserved = BYTES_RESERVED

    def __init__(self, authority: Authority, clock: Callable[[], datetime] = utc_now) -> None:
        self._stamper = LocalStamper(authority, clock)
        self._authority = authority

    @property
    def superseded(self) -> bool:
        """Whether another key of our own counts by now."""
        return self._authority.superseded

    def stamper(self) -> TimeStamper:
        """One stamper for the whole process; it holds the key."""
        return self._stamper

    def lately(self) -> list[Container]:
        """None: the sealer knows our own chain."""
        return []

    def quality_of(self, _token: Container) -> str:
        """Our own, whatever anybody says."""
        return OWN


class FinalStamper(TimeStamper):
    """A source of tokens that are never encoded again."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over the digest. Raises TimestampUnavailable."""
        token = await super().async_timestamp(message_digest, md_algorithm)
        return FinalToken.load(parser.emit(*_SEQUENCE, token.contents))


class LocalStamper(FinalStamper):
    """A time stamp authority in this process: whole seconds in UTC, accurate to one second,
    with the certificate identified by its SHA-256 (RFC 5816)."""

    def __init__(self, authority: Authority, clock: Callable[[], datetime]) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._key = authority.tsa_key
        self._clock = clock
        self._certificate = asn1_certificate(authority.tsa)
        identified = as_signing_certificate_v2(self._certificate)
        made = _attribute("signing_certificate_v2", identified)
        self._identified = cms.CMSAttribute.load(made.dump())  # encoded once, not in every token
        self._chain = [
            asn1_certificate(certificate) for certificate in (authority.issuing, authority.root)
        ]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer a request; it never leaves the process."""
        moment = self._clock().astimezone(UTC).replace(microsecond=0)
        info: dict[str, object] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": secrets.randbits(120),
            "gen_time": moment,
            "accuracy": {"seconds": 1},
            "tsa": x509.GeneralName("directory_name", self._certificate.subject),
        }
        if req["nonce"].native is not None:
            info["nonce"] = req["nonce"]
        token = self._sign(tsp.TSTInfo(info).dump(), moment)
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _sign(self, info: bytes, moment: datetime) -> cms.ContentInfo:
        made = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("signing_time", cms.Time({"utc_time": core.UTCTime(moment)})),
                self._identified,
                _attribute("message_digest", hashlib.sha256(info).digest()),
            ]
        )
        attributes = FinalAttributes.load(made.dump())
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": {
                            "issuer": self._certificate.issuer,
                            "serial_number": self._certificate.serial_number,
                        }
                    }
                ),
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "signature_algorithm": algos.SignedDigestAlgorithm(
                    {"algorithm": "rsassa_pkcs1v15"}
                ),
                "signed_attrs": attributes,
                "signature": sign_digest(self._key, hashlib.sha256(attributes.dump()).digest()),
            }
        )
        return cms.ContentInfo(
            {
                "content_type": "signed_data",
                "content": cms.SignedData(
                    {
                        "version": "v3",
                        "digest_algorithms": [{"algorithm": "sha256"}],
                        "encap_content_info": {
                            "content_type": "tst_info",
                            "content": cms.ParsableOctetString(info),
                        },
                        "certificates": [self._certificate, *self._chain],
                        "signer_infos": [signer],
                    }
                ),
            }
        )


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": (value,)})
