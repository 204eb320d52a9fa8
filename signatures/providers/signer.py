"""pyHanko's signer over a key that is held once, wherever it is."""

import hashlib
from typing import Any, Protocol

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.chains.certificates import PublicKey
from signatures.cms.frozen_asn1 import FinalAttributes


class SealKey(Protocol):
    """A private key in memory, in a token or at a service; for several threads at once."""

    @property
    def named(self) -> str:
        """How to name it in an error."""

    @property
    def public_key(self) -> PublicKey:
        """What the seal's certificate has to be for."""

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest: RSASSA-PKCS1-v1_5, or ECDSA in DER.

        Raises AuthorityError ``unavailable`` when it is worth trying again.
        """


class HeldKeySigner(Signer):
    """A pyHanko signer that keeps its key.

    pyHanko's own ``SimpleSigner`` parses and checks the key again for every signature, which
    takes about 110 ms for RSA-3072; the signature itself takes 2 ms.
    """

    def __init__(
        self, key: SealKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(map(asn1_certificate, chain))
        super().__init__(
            signing_cert=asn1_certificate(certificate),
            cert_registry=store,
            embed_roots=False,
        )
        self._key = key
        self._public_key = key.public_key

    async def signed_attrs(self, *arguments: Any, **options: Any) -> cms.CMSAttributes:
        """pyHanko's, with their encoding final."""
        attributes = await super().signed_attrs(*arguments, **options)
        return FinalAttributes.load(attributes.dump())

    async def unsigned_attrs(self, *arguments: Any, **options: Any) -> cms.CMSAttributes | None:
        """pyHanko's, with their encoding final."""
        attributes = await super().unsigned_attrs(*arguments, **options)
        return None if attributes is None else FinalAttributes.load(attributes.dump())

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """The raw signature value; ``dry_run`` only has to give the right length, or more."""
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        if dry_run:
            return bytes(_most_bytes(self._public_key))
        return self._key.sign(hashlib.sha256(data).digest())


def _most_bytes(key: PublicKey) -> int:
    """The longest signature: ECDSA in DER is two integers, each with a head and a sign byte."""
    size = (key.key_size + 7) // 8
    return size if isinstance(key, rsa.RSAPublicKey) else 2 * (size + 3) + 3
