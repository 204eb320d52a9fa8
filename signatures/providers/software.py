"""The seal's key as an object in this process's memory: the default provider."""

from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from signatures.authority import Authority, PrivateKey
from signatures.encoded import FinalAttributes
from signatures.providers.base import ProviderInfo


def sign_digest(key: PrivateKey, data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    """RSASSA-PKCS1-v1_5 or ECDSA over ``data``, by the kind of key."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), algorithm)
    return key.sign(data, ec.ECDSA(algorithm))


class HeldKeySigner(Signer):
    """A pyHanko signer that keeps its key object.

    pyHanko's own ``SimpleSigner`` parses and checks the key again for every signature, which
    takes about 110 ms for RSA-3072; the signature itself takes 2 ms.
    """

    def __init__(
        self, key: PrivateKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(map(translate_pyca_cryptography_cert_to_asn1, chain))
        super().__init__(
            signing_cert=translate_pyca_cryptography_cert_to_asn1(certificate),
            cert_registry=store,
            embed_roots=False,
        )
        self._key = key

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
        """The raw signature value; ``dry_run`` only has to give the right length."""
        if dry_run and isinstance(self._key, rsa.RSAPrivateKey):
            return bytes(self._key.key_size // 8)
        return sign_digest(self._key, data, get_pyca_cryptography_hash(digest_algorithm))


class SoftwareProvider:
    """``SealProvider`` over an ``Authority`` on disk."""

    def __init__(self, authority: Authority) -> None:
        self.info = ProviderInfo(
            id="software",
            assurance="SES + niet-gekwalificeerd zegel",
            key_algorithm=_algorithm(authority.seal_key),
        )
        self.roots = authority.roots
        self.signer: Signer = HeldKeySigner(
            authority.seal_key, authority.seal, (authority.issuing, authority.root)
        )


def _algorithm(key: PrivateKey) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return f"RSA-{key.key_size}"
    return f"ECDSA {key.curve.name}"
