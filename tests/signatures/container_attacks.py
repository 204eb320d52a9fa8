"""What can be put into a container without a key: changes of a CMS's DER that keep its signature
valid, each with the word or code of its refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, core, parser
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signatures.keys.authority import Authority

SUPERFLUOUS = "superfluous"
"""Refused by the rule about chains; what is refused for its form has a code for that."""
JUNK = b"wat een ander wil bewaren. " * 110  # three thousand bytes
SEQUENCE, SET, OCTETS = (0, 1, 16), (0, 1, 17), (0, 0, 4)
FIRST, SECOND = (2, 1, 0), (2, 1, 1)
VERSION, DIGESTS, CONTENT, CERTIFICATES = range(4)  # the parts of a SignedData
SID, DIGEST, UNSIGNED = 1, 2, 6  # of a SignerInfo


def parts(element: bytes) -> list[bytes]:
    """The elements inside an element, each as encoded."""
    contents, found, at = parser.parse(element)[4], [], 0
    while at < len(contents):
        end = at + parser.peek(contents[at:])
        found.append(contents[at:end])
        at = end
    return found


def made(kind: tuple[int, int, int], *inside: bytes) -> bytes:
    return bytes(parser.emit(*kind, b"".join(inside)))


@dataclass
class Frame:
    """A CMS divided into parts. ``authority`` is ours; its published files are available to
    anybody."""

    authority: Authority
    kind: bytes
    signed: list[bytes]
    signer: list[bytes]

    @property
    def certificates(self) -> list[bytes]:
        return parts(self.signed[CERTIFICATES])

    @certificates.setter
    def certificates(self, listed: Sequence[bytes]) -> None:
        self.signed[CERTIFICATES] = made(FIRST, *listed)

    def dump(self) -> bytes:
        signed = made(SEQUENCE, *self.signed, made(SET, made(SEQUENCE, *self.signer)))
        return made(SEQUENCE, self.kind, made(FIRST, signed))


def frame(encoded: bytes, authority: Authority) -> Frame:
    kind, content = parts(encoded)
    *signed, signers = parts(parts(content)[0])
    return Frame(authority, kind, signed, parts(parts(signers)[0]))


Edit = Callable[[Frame], None]
Change = Callable[[bytes, Authority], bytes]


def edited(edit: Edit) -> Change:
    def change(encoded: bytes, authority: Authority) -> bytes:
        cut = frame(encoded, authority)
        assert cut.dump() == encoded
        edit(cut)
        return cut.dump()

    return change


def in_the_token(change: Change) -> Change:
    """The same change in the time stamp of a seal."""

    def around(encoded: bytes, authority: Authority) -> bytes:
        seal = frame(encoded, authority)
        kind, values = parts(parts(seal.signer[UNSIGNED])[0])
        token = change(parts(values)[0], authority)
        seal.signer[UNSIGNED] = made(SECOND, made(SEQUENCE, kind, made(SET, token)))
        return seal.dump()

    return around


def put_in(pdf: bytes, which: int, change: Callable[[bytes], bytes]) -> bytes:
    """The file with the CMS in one of its containers changed, padded to the same length."""
    start, end = list(re.finditer(rb"<[0-9A-Fa-f]{1000,}>", pdf))[which].span()
    value = bytes.fromhex(pdf[start + 1 : end - 1].decode())
    changed = change(value[: parser.peek(value)])
    assert changed not in ("", value)
    assert len(changed) <= len(value), "it does not fit"
    filled = changed.ljust(len(value), b"\0").hex().upper().encode()
    return pdf[: start + 1] + filled + pdf[end - 1 :]


def _self_made(subject: x509.Name, over: rsa.RSAPublicKey | None = None) -> bytes:
    """A certificate that anybody can make, with three thousand arbitrary bytes in it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    issuer = subject if over is None else _name("Iemand")
    may_issue = x509.KeyUsage(*([False] * 5), key_cert_sign=True, crl_sign=True, **_NEITHER)
    certificate = (
        x509.CertificateBuilder(issuer, subject, over or key.public_key(), 7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(may_issue, critical=True)
        .add_extension(x509.UnrecognizedExtension(_OWN_NUMBER, JUNK), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.DER)


_NEITHER = {"encipher_only": False, "decipher_only": False}
_OWN_NUMBER = x509.ObjectIdentifier("1.2.3.4")


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _add(cut: Frame, *certificates: bytes) -> None:
    cut.certificates = sorted([*cut.certificates, *certificates])


def _anybodys(cut: Frame) -> None:
    _add(cut, _self_made(_name("Iemand")))


def _over_the_roots_key(cut: Frame) -> None:
    """As if it had issued what the root issued: it has the root's name and key, but nothing
    else."""
    key = cut.authority.root.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    _add(cut, _self_made(cut.authority.root.subject, key))


def _of_the_same_authority(cut: Frame) -> None:
    """A valid certificate that belongs elsewhere: the seal's with a stamp, the stamp's with a
    seal."""
    ours = (cut.authority.seal, cut.authority.tsa)
    encoded = [each.public_bytes(Encoding.DER) for each in ours]
    _add(cut, *(each for each in encoded if each not in cut.certificates))


def _twice(cut: Frame) -> None:
    _add(cut, cut.certificates[0])


def _in_another_order(cut: Frame) -> None:
    cut.certificates = cut.certificates[::-1]


def alone(cut: Frame) -> None:
    """Only its own certificate, without its issuers."""
    serial = core.Integer.load(parts(cut.signer[SID])[1]).native
    certificates = [(each, x509.load_der_x509_certificate(each)) for each in cut.certificates]
    cut.certificates = [each for each, read in certificates if read.serial_number == serial]


def _lists(cut: Frame) -> None:
    crl = cut.authority.lists[0].public_bytes(Encoding.DER)
    cut.signed.append(made(SECOND, crl))


def _unsigned(cut: Frame) -> None:
    own = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.OctetString(JUNK)]}).dump()
    before = parts(cut.signer.pop()) if len(cut.signer) > UNSIGNED else []
    cut.signer.append(made(SECOND, *sorted([*before, own])))


def _another_digest(cut: Frame) -> None:
    more = algos.DigestAlgorithm({"algorithm": "sha512"}).dump()
    cut.signed[DIGESTS] = made(SET, *sorted([*parts(cut.signed[DIGESTS]), more]))


def _version(cut: Frame) -> None:
    cut.signed[VERSION] = core.Integer(5).dump()


def _signers_version(cut: Frame) -> None:
    cut.signer[VERSION] = core.Integer(3).dump()


def _by_its_key(cut: Frame) -> None:
    serial = core.Integer.load(parts(cut.signer[SID])[1]).native
    certificates = map(x509.load_der_x509_certificate, cut.certificates)
    (found,) = [each for each in certificates if each.serial_number == serial]
    key = found.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    cut.signer[SID] = made((2, 0, 0), key)


def _parameters(cut: Frame) -> None:
    named = parts(cut.signer[DIGEST])[0]
    cut.signer[DIGEST] = made(SEQUENCE, named, core.OctetString(JUNK[:900]).dump())
    cut.signed[DIGESTS] = made(SET, cut.signer[DIGEST])


def _longer(encoded: bytes, authority: Authority) -> bytes:
    """Its length in three bytes where two are enough."""
    assert encoded[:2] == b"\x30\x82"
    return b"\x30\x83\0" + encoded[2:]


def _longer_inside(cut: Frame) -> None:
    certificates = parser.parse(cut.signed[CERTIFICATES])[4]
    cut.signed[CERTIFICATES] = b"\xa0\x83" + len(certificates).to_bytes(3, "big") + certificates


def _indefinite(encoded: bytes, authority: Authority) -> bytes:
    return b"\x30\x80" + parser.parse(encoded)[4] + b"\0\0"


def _number_with_a_zero(cut: Frame) -> None:
    cut.signed[VERSION] = made((0, 0, 2), b"\0", parser.parse(cut.signed[VERSION])[4])


FORM: dict[str, tuple[Change, str]] = {
    "a certificate twice": (edited(_twice), "a certificate twice"),
    "certificates in another order": (edited(_in_another_order), "certificates"),
    "a revocation list": (edited(_lists), "revocation lists"),
    "an unsigned attribute": (edited(_unsigned), "unsigned values"),
    "another digest algorithm": (edited(_another_digest), "digest algorithms"),
    "another version": (edited(_version), "version"),
    "another version of the signer": (edited(_signers_version), "version"),
    "the signer by its key": (edited(_by_its_key), "signer"),
    "parameters of an algorithm": (edited(_parameters), "parameters"),
    "a longer length": (_longer, "encoding"),
    "a longer length inside": (edited(_longer_inside), "certificates"),
    "an indefinite length": (_indefinite, "encoding"),
    "a number with a zero before it": (edited(_number_with_a_zero), "version"),
}
CERTIFICATE: dict[str, Change] = {
    "anybody's certificate": edited(_anybodys),
    "a certificate over the root's key": edited(_over_the_roots_key),
    "another certificate of the same authority": edited(_of_the_same_authority),
}
