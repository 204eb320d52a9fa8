"""pyHanko's signer over a key that is held once, wherever it is."""

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
    """A pyHanko signer that keeps its key, and writes the signature's container itself.

    pyHanko's own ``SimpleSigner`` parses and checks the key again for every signature, which
    takes about 110 ms for RSA-3072; the signature itself takes 2 ms. Containers: ``signed_data``.
    """

    def __init__(
        self, key: SealKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        own = asn1_certificate(certificate)
        super().__init__(signing_cert=own)
        self._key = key
        # A root says nothing for itself; whoever checks has to have it.
        between = [asn1_certificate(each) for each in chain if each.subject != each.issuer]
        self._signed_data = SignedData(
            own, between, algorithm=_algorithm(key.public_key), content_type="data"
        )

    @cached_property
    def size(self) -> int:
        """The most bytes of a container without its time stamp."""
        key = self._key.public_key
        # ECDSA in DER is two integers, each with a head and a sign byte.
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
        """The container over the digest of a file, with a time stamp where one is asked for: that
        of PAdES, which is right for the older formats of PDF as well.

        Raises what the key and the time stamp service raise; NotImplementedError when asked for
        anything else, such as the size that it will have.
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
