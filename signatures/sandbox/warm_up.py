"""Prepares the process that forks, with a signature made here: the ASN.1 library and OpenSSL
prepare types and algorithms at first use, a third of an examination."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from signatures.cms import containers


def rehearse() -> None:
    """Read one signature as if in a file, up to the check that it is ours."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rehearsal")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate.verify_directly_issued_by(certificate)
    certificate.fingerprint(hashes.SHA256())
    made = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(b"")
        .add_signer(certificate, key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])
    )
    try:
        containers.read(b"<%s>" % made.hex().encode())
    except containers.NotIntact as refused:
        if refused.code != "certificate_not_named":
            raise
