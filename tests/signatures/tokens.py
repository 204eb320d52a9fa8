"""Providers for a seal's key available to tests: a SoftHSM token, a key service, a key file."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from moto import mock_aws
from moto.kms.utils import ECDSAPrivateKey, RSAPrivateKey

from signatures.providers.pkcs11 import Token

LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
PIN = "4711-geheim"
REGION = "eu-west-1"
P256 = "ecdsa"


def softhsm_library() -> str:
    """The path of SoftHSM's library, installed by scripts/setup test."""
    return next(path for path in LIBRARIES if Path(path).is_file())


def make_token(label: str, keys: dict[str, str]) -> None:
    """A token in the SoftHSM of this process, with a key ``rsa`` or ``ecdsa`` for each label."""
    program = shutil.which("softhsm2-util")
    assert program
    subprocess.run(
        [program, "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "12345678"],
        check=True,
        capture_output=True,
    )
    library = pkcs11.lib(softhsm_library())
    library.reinitialize()
    with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
        for key_label, kind in keys.items():
            _generate(session, key_label, kind)


def _generate(session: Any, label: str, kind: str) -> None:
    if kind == P256:
        curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        parameters.generate_keypair(store=True, label=label)
        return
    size = int(kind.removeprefix("rsa"))
    session.generate_keypair(pkcs11.KeyType.RSA, size, store=True, label=label)


def token(label: str, key_label: str, pin: str = PIN) -> Token:
    """The address of one key."""
    return Token(library=softhsm_library(), label=label, key_label=key_label, pin=pin)


@contextmanager
def key_service(monkeypatch: Any) -> Iterator[Any]:
    """moto's KMS in this process, with real keys, and a client to create some.

    moto hashes a digest again, unlike Amazon; that is corrected here. A message that is no digest
    gets an error.
    """
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    digest = Prehashed(hashes.SHA256())

    def rsa_sign(self: Any, message: bytes, algorithm: str) -> bytes:
        assert algorithm == "RSASSA_PKCS1_V1_5_SHA_256"
        return bytes(self.private_key.sign(message, padding.PKCS1v15(), digest))

    def ecdsa_sign(self: Any, message: bytes, algorithm: str) -> bytes:
        assert algorithm == "ECDSA_SHA_256"
        return bytes(self.private_key.sign(message, ec.ECDSA(digest)))

    monkeypatch.setattr(RSAPrivateKey, "sign", rsa_sign)
    monkeypatch.setattr(ECDSAPrivateKey, "sign", ecdsa_sign)
    with mock_aws():
        yield boto3.client("kms", region_name=REGION)


def service_key(client: Any, spec: str) -> str:
    """A new key at the service; returns its id."""
    made = client.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["KeyId"])


class ForeignAuthority:
    """A third-party authority: a root, an issuer below it, and certificates for seals."""

    def __init__(self, crl_url: str | None) -> None:
        self.now = datetime.now(UTC)
        self._crl_url = crl_url
        self.root_key, self.issuer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = self._issue("Root", self.root_key, "Root", self.root_key, authority=True)
        self.issuer = self._issue("Issuer", self.issuer_key, "Root", self.root_key, authority=True)

    def certificate(self, key: Any, *, days: int = 365, signs: bool = True) -> x509.Certificate:
        """A certificate for a seal; with ``signs`` false, one only for encryption."""
        return self._issue(
            "Zegel van een ander", key, "Issuer", self.issuer_key, days=days, signs=signs
        )

    def crl(self, *, of_root: bool) -> bytes:
        """The list of the root or of the issuer, in DER."""
        issuer, key = (self.root, self.root_key) if of_root else (self.issuer, self.issuer_key)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(self.now - timedelta(hours=1))
            .next_update(self.now + timedelta(days=7))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _issue(
        self,
        name: str,
        key: Any,
        issuer: str,
        issuer_key: Any,
        *,
        authority: bool = False,
        days: int = 3650,
        signs: bool = True,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=400))
            .not_valid_after(self.now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                critical=False,
            )
            .add_extension(_usage(authority=authority, signs=signs), critical=True)
        )
        if self._crl_url and name != issuer:
            address = x509.UniformResourceIdentifier(f"{self._crl_url}/{issuer}.crl")
            point = x509.DistributionPoint([address], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, authority: bool, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs and not authority,
        content_commitment=signs and not authority,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def new_rsa(bits: int = 3072) -> rsa.RSAPrivateKey:
    """A key for a file."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
