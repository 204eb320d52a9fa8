"""The profiles of the four certificates and the two revocation lists (RFC 5280, RFC 3161)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS = 3072
"""RSA is the default because several PDF readers refuse ECDSA; 3072 bits last beyond 2030."""

YEAR = timedelta(days=365)
ROOT_LIFETIME = 20 * YEAR
ISSUING_LIFETIME = 10 * YEAR
SEAL_LIFETIME = 3 * YEAR
TSA_LIFETIME = 5 * YEAR
CRL_LIFETIME = timedelta(days=30)
BACKDATED = timedelta(minutes=5)
"""Certificates start a little in the past, for readers whose clock is slow."""

UNQUALIFIED = "niet-gekwalificeerd"
HTTP = ("http://", "https://")


@dataclass(frozen=True)
class Issuer:
    """A certificate of an authority with its key.

    ``<pki_url>/<key_id>.crl``, the address of its revocation list, is written into issued
    certificates; None writes none.
    """

    certificate: x509.Certificate
    key: PrivateKey
    pki_url: str | None = None

    @property
    def organisation(self) -> str:
        """The organisation in its subject name."""
        named = self.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(named[0].value)


def new_key() -> rsa.RSAPrivateKey:
    """A new RSA key of ``RSA_BITS``."""
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def key_id(certificate: x509.Certificate) -> str:
    """The subject key identifier in hexadecimal; the same whoever certifies the key."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return found.value.digest.hex()


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, as PDF readers show it: ``AB:CD:…``."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


# A report asks for the same pair up to eight times.
@lru_cache(maxsize=64)
def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether ``issuer`` signed ``certificate`` and is named as its issuer."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def list_addresses(certificate: x509.Certificate) -> list[str]:
    """The addresses of a certificate's revocation lists (RFC 5280, 4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    names = [str(name.value) for point in points for name in point.full_name or ()]
    return [name for name in names if name.startswith(HTTP)]


def load_list(data: bytes) -> x509.CertificateRevocationList:
    """A revocation list in PEM or DER. Raises ValueError."""
    pem = data.lstrip().startswith(b"-----BEGIN")
    return x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)


def issue_root(key: PrivateKey, *, organisation: str, now: datetime) -> x509.Certificate:
    """A self-signed root."""
    name = _name(organisation, "Zegel eigen wortel")
    return (
        _base(key.public_key(), name, key.public_key(), name, now, now + ROOT_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def issue_issuing(public_key: PublicKey, root: Issuer, *, now: datetime) -> x509.Certificate:
    """The certificate of an issuing authority below ``root``."""
    name = _name(root.organisation, "Zegel eigen uitgever")
    return (
        _below(public_key, name, root, now, ISSUING_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(root.key, hashes.SHA256())
    )


def issue_seal(public_key: PublicKey, issuing: Issuer, *, now: datetime) -> x509.Certificate:
    """A seal certificate for a key kept anywhere."""
    name = _name(issuing.organisation, "Elektronisch zegel")
    return (
        _below(public_key, name, issuing, now, SEAL_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .sign(issuing.key, hashes.SHA256())
    )


def issue_stamp(public_key: PublicKey, issuing: Issuer, *, now: datetime) -> x509.Certificate:
    """A time stamp certificate: exactly this extended key usage, critical (RFC 3161, 2.3)."""
    name = _name(issuing.organisation, "Zegel eigen tijdstempel")
    return (
        _below(public_key, name, issuing, now, TSA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(issuing.key, hashes.SHA256())
    )


def issue_crl(
    issuer: Issuer,
    *,
    now: datetime,
    until: datetime | None = None,
    previous: x509.CertificateRevocationList | None = None,
    revoked: x509.RevokedCertificate | None = None,
) -> bytes:
    """A revocation list as PEM (RFC 5280, 5) with all entries of ``previous``, ``revoked`` and the
    next number. It is valid for ``CRL_LIFETIME``, or until ``until``."""
    number = 1
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - BACKDATED)
        .next_update(until or now + CRL_LIFETIME)
        .add_extension(_authority_key(issuer.key.public_key()), critical=False)
    )
    if previous is not None:
        number += previous.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        for entry in previous:
            builder = builder.add_revoked_certificate(entry)
    if revoked is not None:
        builder = builder.add_revoked_certificate(revoked)
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _name(organisation: str, role: str) -> x509.Name:
    # ub-common-name and ub-organization-name are 64 characters (RFC 5280, A.1).
    suffix = f" ({UNQUALIFIED})"
    room = 64 - len(role) - len(": ") - len(suffix)
    common = f"{role}: {_within(organisation, room)}{suffix}"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _within(organisation, 64)),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _within(text: str, room: int) -> str:
    """The beginning of ``text`` that fits in ``room`` bytes of UTF-8."""
    return text.encode()[:room].decode(errors="ignore").rstrip()


def _below(
    public_key: PublicKey, subject: x509.Name, issuer: Issuer, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    """What every issued certificate has; it never outlives its issuer."""
    end = min(now + lifetime, issuer.certificate.not_valid_after_utc)
    builder = _base(
        public_key, subject, issuer.key.public_key(), issuer.certificate.subject, now, end
    )
    if issuer.pki_url is None:
        return builder
    address = x509.UniformResourceIdentifier(f"{issuer.pki_url}/{key_id(issuer.certificate)}.crl")
    point = x509.DistributionPoint([address], None, None, None)
    return builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _base(
    public_key: PublicKey,
    subject: x509.Name,
    issuer_key: PublicKey,
    issuer: x509.Name,
    now: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(_authority_key(issuer_key), critical=False)
    )


def _authority_key(issuer_key: PublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key)


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
