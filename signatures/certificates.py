"""The profiles of the four certificates and the two revocation lists (RFC 5280, RFC 3161)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

RSA_BITS = 3072
"""Several PDF readers refuse ECDSA, so RSA is the default; 3072 bits last beyond 2030."""

YEAR = timedelta(days=365)
ROOT_LIFETIME = 20 * YEAR
ISSUING_LIFETIME = 10 * YEAR
SEAL_LIFETIME = 3 * YEAR
TSA_LIFETIME = 5 * YEAR
CRL_LIFETIME = timedelta(days=30)
BACKDATED = timedelta(minutes=5)
"""Certificates start a little in the past, for readers whose clock is slow."""

UNQUALIFIED = "niet-gekwalificeerd"


def new_key() -> rsa.RSAPrivateKey:
    """A new RSA key of ``RSA_BITS``."""
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def issue_all(
    keys: Mapping[str, PrivateKey], *, organisation: str, now: datetime, crl_url: str | None
) -> dict[str, bytes]:
    """The certificates and lists as PEM by file name, for keys root, issuing, seal and tsa."""
    root_name = _name(organisation, "Zegel eigen wortel")
    issuing_name = _name(organisation, "Zegel eigen uitgever")
    root = _authority(
        keys["root"], root_name, keys["root"], root_name, now, ROOT_LIFETIME, path_length=1
    )
    issuing = _authority(
        keys["issuing"], issuing_name, keys["root"], root_name, now, ISSUING_LIFETIME, 0
    )
    seal = _end_entity(
        keys["seal"],
        _name(organisation, "Zegel elektronisch zegel"),
        keys["issuing"],
        issuing_name,
        now,
        SEAL_LIFETIME,
        crl_url,
    ).add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
    # RFC 3161, 2.3: exactly this one extended usage, and critical.
    tsa = (
        _end_entity(
            keys["tsa"],
            _name(organisation, "Zegel eigen tijdstempel"),
            keys["issuing"],
            issuing_name,
            now,
            TSA_LIFETIME,
            crl_url,
        )
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    certificates = {
        "root.pem": root,
        "issuing.pem": issuing,
        "seal.pem": seal.sign(keys["issuing"], hashes.SHA256()),
        "tsa.pem": tsa.sign(keys["issuing"], hashes.SHA256()),
    }
    issued = {
        name: certificate.public_bytes(serialization.Encoding.PEM)
        for name, certificate in certificates.items()
    }
    # The root's list must last as long as the issuing authority: its key goes off the machine.
    issued["root.crl.pem"] = issue_crl(root, keys["root"], now=now, lifetime=ISSUING_LIFETIME)
    issued["issuing.crl.pem"] = issue_crl(issuing, keys["issuing"], now=now)
    return issued


def issue_crl(
    issuer: x509.Certificate,
    key: PrivateKey,
    *,
    now: datetime,
    lifetime: timedelta = CRL_LIFETIME,
    previous: x509.CertificateRevocationList | None = None,
) -> bytes:
    """A revocation list as PEM (RFC 5280, 5): all entries of ``previous``, the next number."""
    number = 1
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - BACKDATED)
        .next_update(now + lifetime)
        .add_extension(_authority_key(key), critical=False)
    )
    if previous is not None:
        number += previous.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        for entry in previous:
            builder = builder.add_revoked_certificate(entry)
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _name(organisation: str, role: str) -> x509.Name:
    # ub-common-name and ub-organization-name are 64 characters (RFC 5280, A.1).
    suffix = f" ({UNQUALIFIED})"
    room = 64 - len(role) - len(": ") - len(suffix)
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _within(organisation, 64)),
            x509.NameAttribute(
                NameOID.COMMON_NAME, f"{role}: {_within(organisation, room)}{suffix}"
            ),
        ]
    )


def _within(text: str, room: int) -> str:
    """The beginning of ``text`` that fits in ``room`` bytes: the limit is counted in UTF-8."""
    return text.encode()[:room].decode(errors="ignore").rstrip()


def _base(
    key: PrivateKey,
    subject: x509.Name,
    issuer_key: PrivateKey,
    issuer: x509.Name,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_authority_key(issuer_key), critical=False)
    )


def _authority(
    key: PrivateKey,
    subject: x509.Name,
    issuer_key: PrivateKey,
    issuer: x509.Name,
    now: datetime,
    lifetime: timedelta,
    path_length: int,
) -> x509.Certificate:
    return (
        _base(key, subject, issuer_key, issuer, now, lifetime)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _end_entity(
    key: PrivateKey,
    subject: x509.Name,
    issuer_key: PrivateKey,
    issuer: x509.Name,
    now: datetime,
    lifetime: timedelta,
    crl_url: str | None,
) -> x509.CertificateBuilder:
    builder = _base(key, subject, issuer_key, issuer, now, lifetime).add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    if crl_url is None:
        return builder
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
    return builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _authority_key(issuer_key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())


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
