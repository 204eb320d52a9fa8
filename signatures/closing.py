"""The container of the closing time stamp, of which no later signature covers a byte.

A document time stamp covers the whole file but its own container. Its padding, the certificates
that travel with the token and a few fields beside them are signed by nobody, so whoever changes
them leaves a valid file behind. Here they may be nothing but what they have to be.
"""

from __future__ import annotations

from asn1crypto import cms, parser
from cryptography import x509

from signatures.certificates import issued

_NULL_OR_ABSENT = (None, b"")


def flaw(container: bytes, roots: list[x509.Certificate]) -> str:
    """What in ``container`` (``<hexadecimal>``, as in the file) is not as it has to be; '' if none.

    Raises ValueError for what is no token at all.
    """
    value = bytes.fromhex(container[1:-1].decode("ascii"))
    if container != b"<" + value.hex().upper().encode() + b">":
        return "hexadecimal"
    end = parser.peek(value)
    if value[end:].strip(b"\0"):
        return "padding"
    if not _definite(value[:end]):
        return "encoding"
    signed = cms.ContentInfo.load(value[:end], strict=True)["content"]
    return _fields(signed) or _certificates(signed, roots)


def _definite(data: bytes) -> bool:
    """DER has no end-of-contents marks; behind one, the parser would not look at what follows."""
    position = 0
    while position < len(data):
        length = parser.peek(data[position:])
        kind, method, tag, _, contents, trailer = parser.parse(data[position : position + length])
        if (kind, tag) == (0, 0) or trailer or (method == 1 and not _definite(contents)):
            return False
        position += length
    return True


def _fields(signed: cms.SignedData) -> str:
    signers = signed["signer_infos"]
    if len(signers) != 1:
        return "signers"
    signer = signers[0]
    if signer["unsigned_attrs"].native or signed["crls"].native:
        return "unsigned values"
    if signed["version"].native != "v3" or signer["version"].native != "v1":
        return "version"
    algorithms = signed["digest_algorithms"]
    if len(algorithms) != 1 or algorithms[0].dump() != signer["digest_algorithm"].dump():
        return "digest algorithms"
    for named in (algorithms[0], signer["signature_algorithm"]):
        if named["parameters"].contents not in _NULL_OR_ABSENT:
            return "parameters"
    return ""


def _certificates(signed: cms.SignedData, roots: list[x509.Certificate]) -> str:
    """Each is issued by another one of them or by a root."""
    found = [x509.load_der_x509_certificate(each.chosen.dump()) for each in signed["certificates"]]
    if not found:
        return "no certificates"
    for certificate in found:
        if not any(issued(certificate, issuer) for issuer in (*found, *roots)):
            return "certificates"
    return ""
