"""The seal's key in this process's memory: the default provider."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from signatures.chains.certificates import PrivateKey, PublicKey
from signatures.keys.authority import Authority
from signatures.providers.base import HeldProvider, SealCertificate

_SHA256 = Prehashed(hashes.SHA256())


def sign_digest(key: PrivateKey, digest: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 or ECDSA over a SHA-256 digest, depending on the key."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), _SHA256)
    return key.sign(digest, ec.ECDSA(_SHA256))


class SoftwareKey:
    """A ``SealKey`` in memory."""

    def __init__(self, key: PrivateKey, named: str) -> None:
        self.named = named
        self.public_key: PublicKey = key.public_key()
        self._key = key

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest."""
        return sign_digest(self._key, digest)


class SoftwareProvider(HeldProvider):
    """The key in the directory of our own authority. Raises AuthorityError."""

    def __init__(self, authority: Authority) -> None:
        key = SoftwareKey(authority.seal_key, "seal.key.pem")
        super().__init__(key, issued_here(authority))


def issued_here(authority: Authority) -> SealCertificate:
    """The seal's certificate from our own authority."""
    return SealCertificate(authority.seal, (authority.issuing, authority.root))
