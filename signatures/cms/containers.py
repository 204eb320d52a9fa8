"""Whether the CMS in a signature's container matches the bytes that it covers.

RFC 5652 (CMS), RFC 5035 (signing certificate), RFC 3161 (time stamps), ETSI EN 319 122-1 (CAdES).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from asn1crypto import cms, parser, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
LEAST_RSA_BITS = 2048
LARGEST_CONTAINER = 256_000  # bytes; room for the long chains of third-party authorities
_FIRST_YEAR, _LAST_YEAR = 2000, 9000  # a moment between these exists in every time zone
_SEQUENCE, _SET = (0, 1, 16), (0, 1, 17)  # class, method and tag
_WITHOUT_HASH = ("rsassa_pkcs1v15", "ecdsa")  # the digest algorithm says which


class NotIntact(Exception):
    """A seal does not match; the message is a code in ``texts``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Container:
    """One CMS with one signer, parsed from ``encoded``; ``content`` is what it encapsulates."""

    encoded: bytes
    signer: Any
    signed_attributes: bytes
    certificate: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    content: bytes | None
    stamped: tsp.TSTInfo | None  # only in a time stamp

    @property
    def time(self) -> datetime | None:
        """The time in a time stamp (aware UTC), or None."""
        if self.stamped is None:
            return None
        moment: datetime = self.stamped["gen_time"].native
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise NotIntact("token")
        return moment.astimezone(UTC)

    @cached_property
    def token(self) -> Container | None:
        """The time stamp over this signature. Raises NotIntact when there are several."""
        found = [
            value
            for attribute in self.signer["unsigned_attrs"]
            if attribute["type"].native == "signature_time_stamp_token"
            for value in attribute["values"]
        ]
        if len(found) > 1:
            raise NotIntact("token")
        return parsed(found[0]) if found else None


def digits(container: bytes) -> bytes:
    """The decoded bytes of a container, angle brackets included, with its padding.

    Raises NotIntact or ValueError unless all digits have one case, with nothing between them.
    """
    if len(container) > 2 * LARGEST_CONTAINER:
        raise NotIntact("too_long")
    written = container[1:-1].decode("ascii")
    value = bytes.fromhex(written)
    if written not in (value.hex(), value.hex().upper()):
        raise NotIntact("hexadecimal")
    return value


def read(container: bytes) -> Container:
    """Parse a container as it is in the file, angle brackets included.

    Raises NotIntact, or any error of the ASN.1 library.
    """
    value = digits(container)
    end = parser.peek(value)
    if value[end:].strip(b"\0"):
        raise NotIntact("padding")
    return parsed(cms.ContentInfo.load(value[:end], strict=True))


def parsed(info: cms.ContentInfo) -> Container:
    """One CMS. Raises NotIntact, or any error of the library."""
    # Read both contents first: access to what is inside, or ``dump``, may alter them.
    encoded = parser.emit(*_SEQUENCE, info.contents)
    if info["content_type"].native != "signed_data":
        raise NotIntact("no_signed_data")
    signed = info["content"]
    if len(signed["signer_infos"]) != 1:
        raise NotIntact("signers")
    signer = signed["signer_infos"][0]
    signed_attributes = signer["signed_attrs"].contents
    enclosed = [each.chosen.dump() for each in signed["certificates"]]
    certificates = tuple(map(x509.load_der_x509_certificate, enclosed))
    inside = signed["encap_content_info"]
    content = inside["content"]
    stamped = content.parsed if inside["content_type"].native == "tst_info" else None
    return Container(
        encoded,
        signer,
        signed_attributes,
        _signing_certificate(signer, enclosed, certificates),
        certificates,
        content.contents if stamped is not None else None,
        stamped,
    )


def _signing_certificate(
    signer: Any, enclosed: Sequence[bytes], certificates: Sequence[x509.Certificate]
) -> x509.Certificate:
    """The certificate named by hash in the signed attributes (RFC 5035, 3), and by ``sid``."""
    version_2 = _attribute(signer, "signing_certificate_v2")
    named = version_2 if version_2 is not None else _attribute(signer, "signing_certificate")
    if named is None or not len(named["certs"]):
        raise NotIntact("certificate_not_named")
    first = named["certs"][0]
    # RFC 2634 has no other hash. It only selects a certificate, which is checked too.
    algorithm = "sha1"
    if version_2 is not None:
        algorithm = first["hash_algorithm"]["algorithm"].native
        _hash(algorithm)
    for der, certificate in zip(enclosed, certificates, strict=True):
        if hashlib.new(algorithm, der).digest() == first["cert_hash"].native:
            if not _identifies(signer["sid"], certificate):
                raise NotIntact("certificate_not_named")
            return certificate
    raise NotIntact("certificate_not_named")


def _hash(name: str) -> hashes.HashAlgorithm:
    if name not in HASHES:
        raise NotIntact("algorithm")
    return HASHES[name]()


def _identifies(sid: Any, certificate: x509.Certificate) -> bool:
    if sid.name == "issuer_and_serial_number":
        serial = sid.chosen["serial_number"].native
        issuer = sid.chosen["issuer"].dump()
        named = (certificate.serial_number, certificate.issuer.public_bytes())
        return bool((serial, issuer) == named)
    found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return bool(sid.chosen.native == found.value.digest)


def _attribute(signer: Any, name: str) -> Any:
    found = [each for each in signer["signed_attrs"] if each["type"].native == name]
    if not found:
        return None
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise NotIntact("attributes")
    return found[0]["values"][0]


def check_seal(container: Container, covered: bytes) -> None:
    """Check an act's container: detached, over these bytes, time stamped. Raises NotIntact."""
    check_unstamped(container, covered)
    token = container.token
    if token is None:
        raise NotIntact("token")
    check_stamp(token, container.signer["signature"].native)


def check_unstamped(container: Container, covered: bytes) -> None:
    """The same without a time stamp. Raises NotIntact."""
    if container.stamped is not None or container.content is not None:
        raise NotIntact("content")
    _check_signature(container, covered, "data")


def check_stamp(container: Container, stamped: bytes) -> None:
    """Check a time stamp over these bytes (RFC 3161, 2.4.2). Raises NotIntact."""
    if container.stamped is None or container.content is None or container.time is None:
        raise NotIntact("token")
    imprint = container.stamped["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    _hash(algorithm)
    if hashlib.new(algorithm, stamped).digest() != imprint["hashed_message"].native:
        raise NotIntact("digest")
    check_token(container)


def check_token(container: Container) -> None:
    """Check a time stamp's own signature, not what it is over. Raises NotIntact."""
    if container.content is None:
        raise NotIntact("token")
    _check_signature(container, container.content, "tst_info")


def _check_signature(container: Container, covered: bytes, kind: str) -> None:
    signer = container.signer
    digest = signer["digest_algorithm"]["algorithm"].native
    _hash(digest)
    said = _attribute(signer, "message_digest")
    content_type = _attribute(signer, "content_type")
    if said is None or content_type is None or content_type.native != kind:
        raise NotIntact("attributes")
    if said.native != hashlib.new(digest, covered).digest():
        raise NotIntact("digest")
    # Their encoding as a SET is signed (RFC 5652, 5.4): use the bytes found, do not encode again.
    signed = parser.emit(*_SET, container.signed_attributes)
    try:
        _verify(container.certificate, signer, signed, digest)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError) as wrong:
        raise NotIntact("signature") from wrong


def _verify(certificate: x509.Certificate, signer: Any, signed: bytes, digest: str) -> None:
    named = signer["signature_algorithm"]
    algorithm, signature = _hash(digest), signer["signature"].native
    if named["algorithm"].native not in _WITHOUT_HASH and named.hash_algo != digest:
        raise NotIntact("algorithm")
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        if named.signature_algo == "rsassa_pkcs1v15":
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
            return
        if named.signature_algo == "rsassa_pss":
            room = named["parameters"]["salt_length"].native
            key.verify(signature, signed, padding.PSS(padding.MGF1(algorithm), room), algorithm)
            return
    if isinstance(key, ec.EllipticCurvePublicKey) and named.signature_algo == "ecdsa":
        key.verify(signature, signed, ec.ECDSA(algorithm))
        return
    raise NotIntact("algorithm")
