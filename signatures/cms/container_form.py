"""Accepts only one encoding of a container, so that nothing hides in unsigned bytes.

No signature covers the CMS frame, certificates, unsigned attributes, padding and digits of the
closing time stamp, and anyone can close a truncated file again with a public time stamp authority.
So each container, and each token inside, must have its only possible encoding (DER, ITU-T X.690;
RFC 5652, 5.1; RFC 3161, 2.4.2). Two variations are in use and hold no data: NULL or absent
algorithm parameters (RFC 5754, 2), and the two values of an ECDSA signature. ``chains`` checks
which certificates are allowed.
"""

from __future__ import annotations

from typing import Any, NoReturn

from asn1crypto import cms, parser
from cryptography.hazmat.primitives.serialization import Encoding

from signatures.cms.containers import LARGEST_CONTAINER, Container, digits, parsed

MOST_PARTS = 40  # elements inside one element: certificates, attributes
_SEQUENCE, _SET, _OID, _NULL = (0, 1, 16), (0, 1, 17), (0, 0, 6), b"\x05\x00"
_INTEGER, _OCTETS = (0, 0, 2), (0, 0, 4)
_FIRST, _SECOND = (2, 1, 0), (2, 1, 1)  # context tags [0] and [1], constructed


class _Flawed(Exception):
    """A deviation from the required form."""


def flaw(container: bytes, read: Container | None = None) -> str:
    """The first deviation in a container (``<hexadecimal>``, as in the file), for experts; '' if
    none. ``read`` must be parsed from exactly these bytes.

    Raises NotIntact or ValueError when it is no CMS with exactly one signer.
    """
    value = digits(container)
    if container[1:-1] != value.hex().upper().encode():
        return "hexadecimal"
    end = parser.peek(value)
    if value[end:].strip(b"\0"):
        return "padding"
    return _encoding_flaw(value[:end], read)


def _encoding_flaw(encoded: bytes, found: Container | None) -> str:
    """The same for the CMS itself, including the token inside a seal."""
    if len(encoded) > LARGEST_CONTAINER:
        return "size"
    if found is None or found.encoded != encoded:
        found = parsed(cms.ContentInfo.load(encoded, strict=True))
    try:
        _check(encoded, found)
    except _Flawed as wrong:
        return str(wrong)
    return ""


def _check(encoded: bytes, found: Container) -> None:
    content_type, explicit = _parts(encoded, _SEQUENCE, 2)
    _same(content_type, _oid("signed_data"), "content type")
    (signed,) = _parts(explicit, _FIRST, 1)
    version, algorithms, content, *certificates, signers = _parts(signed, _SEQUENCE)
    stamp = found.stamped is not None
    _same(version, parser.emit(*_INTEGER, b"\3" if stamp else b"\1"), "version")
    (algorithm,) = _parts(algorithms, _SET, 1, "digest algorithms")
    kind = _oid("tst_info" if stamp else "data")
    inside = parser.emit(*_FIRST, parser.emit(*_OCTETS, found.content or b"")) if stamp else b""
    _same(content, parser.emit(*_SEQUENCE, kind + inside), "content")
    (signer,) = _parts(signers, _SET, 1)
    _check_certificates(certificates, found)
    _check_signer(signer, algorithm, found, stamp)


def _check_certificates(listed: list[bytes], found: Container) -> None:
    """Each certificate once, in DER order; no revocation lists after them."""
    if len(listed) != 1:
        _refuse("revocation lists" if listed else "certificates")
    encoded = sorted(each.public_bytes(Encoding.DER) for each in found.certificates)
    if len(set(encoded)) != len(encoded):
        _refuse("a certificate twice")
    _same(listed[0], parser.emit(*_FIRST, b"".join(encoded)), "certificates")


def _check_signer(encoded: bytes, algorithm: bytes, found: Container, stamp: bool) -> None:
    parts = _parts(encoded, _SEQUENCE)
    if len(parts) != (6 if stamp else 7):
        _refuse("unsigned values")
    version, signer, digest, attributes, signing, signature, *unsigned = parts
    _same(version, parser.emit(*_INTEGER, b"\1"), "version")
    _same(signer, _issuer_and_serial(found), "signer")
    _same(digest, algorithm, "digest algorithms")
    for each in (digest, signing):
        named = _parts(each, _SEQUENCE)
        if named[1:] not in ([], [_NULL]):
            _refuse("parameters")
        _check_short(named[0], _OID)
    _same(attributes, parser.emit(*_FIRST, found.signed_attributes), "encoding")
    _check_short(signature, _OCTETS)
    for each in unsigned:
        _check_token(each, found)


def _check_token(unsigned: bytes, seal: Container) -> None:
    """The only unsigned attribute of a seal: its time stamp."""
    (attribute,) = _parts(unsigned, _SECOND, 1, "unsigned values")
    kind, values = _parts(attribute, _SEQUENCE, 2)
    token = cms.CMSAttributeType("signature_time_stamp_token").dump()
    _same(kind, token, "unsigned values")
    (value,) = _parts(values, _SET, 1)
    if wrong := _encoding_flaw(value, seal.token):
        _refuse(f"time stamp: {wrong}")


def _issuer_and_serial(found: Container) -> bytes:
    certificate = found.certificate
    serial = certificate.serial_number
    length = serial.bit_length() // 8 + 1  # with a bit for its sign
    number = parser.emit(*_INTEGER, serial.to_bytes(length, "big"))
    return bytes(parser.emit(*_SEQUENCE, certificate.issuer.public_bytes() + number))


def _parts(
    encoded: bytes, kind: tuple[int, int, int], count: int = 0, name: str = "encoding"
) -> list[bytes]:
    """The elements inside an element of this kind, as encoded. Raises _Flawed for another kind, a
    non-minimal length, or not ``count`` parts (0: any number)."""
    contents = _check_short(encoded, kind)
    found: list[bytes] = []
    position = 0
    while position < len(contents):
        if len(found) == MOST_PARTS:
            _refuse(name)
        end = position + parser.peek(contents[position:])
        found.append(contents[position:end])
        position = end
    if count and len(found) != count:
        _refuse(name)
    return found


def _check_short(encoded: bytes, kind: tuple[int, int, int]) -> bytes:
    """The contents of an element of this kind with a minimally encoded length."""
    try:
        *found, _, contents, _ = parser.parse(encoded, strict=True)
    except ValueError:
        _refuse("encoding")
    if tuple(found) != kind or parser.emit(*kind, contents) != encoded:
        _refuse("encoding")
    return bytes(contents)


def _oid(name: str) -> Any:
    return cms.ContentType(name).dump()


def _same(found: bytes, expected: bytes, name: str) -> None:
    if found != expected:
        _refuse(name)


def _refuse(name: str) -> NoReturn:
    raise _Flawed(name)
