"""The interface between the sealer and what holds the seal's key, without anybody at a keyboard.

To add a provider, write a file with a ``SealKey`` and a ``SealProvider`` made of it;
``tests/signatures/test_providers.py`` says what it must do.
"""

from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signatures.chains.certificates import PublicKey
from signatures.errors import AuthorityError
from signatures.providers.signer import HeldKeySigner, SealKey

LEAST_RSA_BITS = 3072
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


@dataclass(frozen=True)
class SealCertificate:
    """The seal's certificate and its issuers, nearest first, root last."""

    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...]


class SealProvider(Protocol):
    """Holds the seal's private key for the life of the process."""

    @property
    def seal(self) -> SealCertificate:
        """The certificate that it seals with, and its issuers."""

    @property
    def signer(self) -> HeldKeySigner:
        """pyHanko's signer for this key; thread-safe."""


class HeldProvider:
    """A ``SealProvider`` over one ``SealKey``.

    Raises AuthorityError ``mismatch`` (key and certificate) or ``weak`` (below RSA-3072 or P-256).
    """

    def __init__(self, key: SealKey, seal: SealCertificate) -> None:
        strong(key.public_key)
        if key.public_key != seal.certificate.public_key():
            raise AuthorityError("mismatch", f"{key.named} does not belong to the seal certificate")
        self.seal = seal
        self.signer = HeldKeySigner(key, seal.certificate, seal.issuers)


def strong(key: object) -> PublicKey:
    """The same key. Raises AuthorityError weak for another kind or a short key."""
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise AuthorityError("weak", "neither an RSA nor an EC key")
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < LEAST_RSA_BITS:
            raise AuthorityError("weak", f"RSA-{key.key_size}")
    elif not isinstance(key.curve, CURVES):
        raise AuthorityError("weak", f"ECDSA {key.curve.name}")
    return key
