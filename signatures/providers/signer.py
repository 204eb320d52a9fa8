"""pyHanko's signer for one key, wherever it is kept."""

import hashlib
from functools import cached_property
from typing import Any, Protocol

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.timestamps import TimeStamper

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.chains.certificates import PublicKey
from signatures.cms.frozen_asn1 import FinalToken
from signatures.cms.signed_data import SignedData

DIGEST = "sha256"


class SealKey(Protocol):
    """A private key in memory, in a token or at a service; thread-safe."""

    @property
    def named(self) -> str:
        """How to name it in an error."""

    @property
    def public_key(self) -> PublicKey:
        """The public key that the seal's certificate must have."""

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest: RSASSA-PKCS1-v1_5, or ECDSA in DER.

        Raises AuthorityError ``unavailable`` when it is worth retrying.
        """


class HeldKeySigner(Signer):
    """A pyHanko signer that keeps its key loaded and writes the CMS itself (``signed_data``).

    ``SimpleSigner`` parses and checks the key for every signature: about 110 ms for RSA-3072, where
    the signature takes 2 ms.
    """

    def __init__(
        self, key: SealKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        own = asn1_certificate(certificate)
        super().__init__(signing_cert=own)
        self._key = key
        # A root proves nothing in a file; the verifier must have it.
        between = [asn1_certificate(each) for each in chain if each.subject != each.issuer]
        self._signed_data = SignedData(
            own, between, algorithm=_algorithm(key.public_key), content_type="data"
        )

    @cached_property
    def size(self) -> int:
        """The maximum size in bytes of a container without its time stamp."""
        key = self._key.public_key
        # ECDSA in DER is two integers, each with a header and a sign byte.
        number = (key.key_size + 7) // 8
        longest = number if isinstance(key, rsa.RSAPublicKey) else 2 * (number + 3) + 3
        attributes = self._signed_data.attributes(bytes(32))
        return len(self._signed_data.signed(attributes, bytes(longest)))

    async def async_sign(
        self,
        data_digest: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
        use_pades: bool = False,
        timestamper: TimeStamper | None = None,
        signed_attr_settings: PdfCMSSignedAttributes | None = None,
        is_pdf_sig: bool = True,
        encap_content_info: Any = None,
    ) -> cms.ContentInfo:
        """The PAdES container over the digest of a file, time stamped if requested.

        Raises what the key and the time stamp service raise; NotImplementedError for any other
        request, such as a dry run.
        """
        asked = signed_attr_settings or PdfCMSSignedAttributes()
        more = asked.adobe_revinfo_attr or asked.cades_signed_attrs or encap_content_info
        if dry_run or more or not is_pdf_sig or digest_algorithm != DIGEST:
            raise NotImplementedError(digest_algorithm, signed_attr_settings)
        attributes = self._signed_data.attributes(data_digest)
        signature = await self.async_sign_raw(attributes, digest_algorithm)
        token = b""
        if timestamper is not None:
            over = hashlib.sha256(signature).digest()
            token = (await timestamper.async_timestamp(over, DIGEST)).dump()
        return FinalToken.load(self._signed_data.signed(attributes, signature, token=token))

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """The raw signature value over ``data``."""
        if dry_run or digest_algorithm != DIGEST:
            raise NotImplementedError(digest_algorithm)
        return self._key.sign(hashlib.sha256(data).digest())


def _algorithm(key: PublicKey) -> str:
    return "sha256_rsa" if isinstance(key, rsa.RSAPublicKey) else "sha256_ecdsa"
