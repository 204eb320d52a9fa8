"""Encodes the CMS (RFC 5652) of one signer: a seal without its content, a time stamp with it.

What every signature of one key shares is encoded once.
"""

from __future__ import annotations

from collections.abc import Sequence

from asn1crypto import algos, cms, x509
from pyhanko.sign.general import as_signing_certificate_v2

_SEQUENCE, _SET, _OCTETS, _CONTEXT_0, _CONTEXT_1 = 0x30, 0x31, 0x04, 0xA0, 0xA1
_SHORT = 0x80  # lengths below it are one byte (X.690, 8.1.3)
_SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
_SIGNED_DATA = cms.ContentType("signed_data").dump()
_VERSION_1, _VERSION_3 = cms.CMSVersion("v1").dump(), cms.CMSVersion("v3").dump()


class SignedData:
    """Makes the signatures of one key; thread-safe.

    ``algorithm`` is asn1crypto's name for how the key signs a SHA-256; ``content_type`` is ``data``
    or ``tst_info``.
    """

    def __init__(
        self,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate],
        *,
        algorithm: str,
        content_type: str,
    ) -> None:
        identified = cms.IssuerAndSerialNumber(
            {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        )
        self._type = cms.ContentType(content_type).dump()
        # With any content but plain data the version is 3 (RFC 5652, 5.1).
        self._version = _VERSION_1 if content_type == "data" else _VERSION_3
        self._identified = identified.dump()
        self._algorithm = algos.SignedDigestAlgorithm({"algorithm": algorithm}).dump()
        self._certificates = _set(_CONTEXT_0, {each.dump() for each in (certificate, *chain)})
        # Identifies the certificate inside the signed attributes (RFC 5035).
        self._always = (
            attribute("content_type", self._type),
            attribute("signing_certificate_v2", as_signing_certificate_v2(certificate).dump()),
        )

    def attributes(self, digest: bytes, *further: bytes) -> bytes:
        """The signed attributes over the content's digest, encoded as hashed; ``further`` adds
        encoded ones."""
        over = attribute("message_digest", encoded(_OCTETS, digest))
        return _set(_SET, {*self._always, over, *further})

    def signed(
        self,
        attributes: bytes,
        signature: bytes,
        *,
        content: bytes | None = None,
        token: bytes = b"",
    ) -> bytes:
        """The whole ``ContentInfo``; ``token``, the time stamp over the signature, becomes an
        unsigned attribute (RFC 3161, appendix A)."""
        stamped = (
            _set(_CONTEXT_1, {attribute("signature_time_stamp_token", token)}) if token else b""
        )
        signer = encoded(
            _SEQUENCE,
            _VERSION_1,
            self._identified,
            _SHA256,
            bytes([_CONTEXT_0]) + attributes[1:],
            self._algorithm,
            encoded(_OCTETS, signature),
            stamped,
        )
        inside = b"" if content is None else encoded(_CONTEXT_0, encoded(_OCTETS, content))
        signed = encoded(
            _SEQUENCE,
            self._version,
            encoded(_SET, _SHA256),
            encoded(_SEQUENCE, self._type, inside),
            self._certificates,
            encoded(_SET, signer),
        )
        return encoded(_SEQUENCE, _SIGNED_DATA, encoded(_CONTEXT_0, signed))


def attribute(kind: str, value: bytes) -> bytes:
    """An attribute with one value, which is encoded already."""
    return encoded(_SEQUENCE, cms.CMSAttributeType(kind).dump(), encoded(_SET, value))


def encoded(tag: int, *parts: bytes) -> bytes:
    """An element: tag, length and parts (DER: X.690, 8.1 and 10.1)."""
    size = sum(map(len, parts))
    if size < _SHORT:
        return bytes([tag, size, *b"".join(parts)])
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"".join([bytes([tag, _SHORT | len(length)]), length, *parts])


def _set(tag: int, parts: set[bytes]) -> bytes:
    """A set of encoded values in DER order (X.690, 11.6)."""
    return encoded(tag, *sorted(parts))
