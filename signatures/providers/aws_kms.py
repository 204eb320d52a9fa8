"""The seal's key at AWS KMS, which signs a digest.

The key must be for SIGN_VERIFY, and RSA_3072, RSA_4096 or ECC_NIST_P256, which support SHA-256.
boto3 finds the credentials: environment, profile, or the machine's role.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from signatures.errors import AuthorityError
from signatures.keys.authority import Authority
from signatures.providers.base import HeldProvider, strong
from signatures.providers.software import issued_here

if TYPE_CHECKING:
    from mypy_boto3_kms.literals import SigningAlgorithmSpecType

CONNECT_SECONDS, READ_SECONDS = 5, 10
# KMS errors that retrying does not solve.
_NO_KEY = frozenset(
    {
        "NotFoundException",
        "DisabledException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "ValidationException",
    }
)
_NO_ACCESS = frozenset(
    {
        "AccessDeniedException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "ExpiredTokenException",
    }
)


@dataclass(frozen=True)
class KmsAddress:
    """Which key: its id, ARN or alias; ``endpoint_url`` only outside Amazon."""

    key_id: str
    region: str
    endpoint_url: str | None = None


class KmsKey:
    """A ``SealKey`` at KMS.

    Raises AuthorityError: ``no_key``, ``wrong_pin`` (the credentials), ``weak``, ``unavailable``.
    """

    def __init__(self, address: KmsAddress) -> None:
        # Imported here: only needed with a key at KMS.
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        self.named = address.key_id
        self._client = boto3.client(
            "kms",
            region_name=address.region,
            endpoint_url=address.endpoint_url,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
        )
        told = self._asked("get_public_key")
        self.public_key = strong(load_der_public_key(told["PublicKey"]))
        self._algorithm: SigningAlgorithmSpecType = (
            "RSASSA_PKCS1_V1_5_SHA_256"
            if isinstance(self.public_key, rsa.RSAPublicKey)
            else "ECDSA_SHA_256"
        )
        if self._algorithm not in told.get("SigningAlgorithms", []):
            raise AuthorityError("no_key", f"{self.named} does not sign with {self._algorithm}")

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest. Raises AuthorityError."""
        answer = self._asked(
            "sign", Message=digest, MessageType="DIGEST", SigningAlgorithm=self._algorithm
        )
        return bytes(answer["Signature"])

    def _asked(self, what: str, **values: Any) -> dict[str, Any]:
        # Imported here, like the client.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            answer: dict[str, Any] = getattr(self._client, what)(KeyId=self.named, **values)
        except ClientError as refusal:
            code = refusal.response["Error"]["Code"]
            kind = "unavailable"
            if code in _NO_KEY:
                kind = "no_key"
            elif code in _NO_ACCESS:
                kind = "wrong_pin"
            raise AuthorityError(kind, f"{self.named}: {refusal}") from refusal
        except BotoCoreError as failure:
            raise AuthorityError("unavailable", f"{self.named}: {failure}") from failure
        return answer


class KmsProvider(HeldProvider):
    """A key at KMS, certified by our own authority. Raises AuthorityError."""

    def __init__(self, authority: Authority, address: KmsAddress) -> None:
        super().__init__(KmsKey(address), issued_here(authority))
