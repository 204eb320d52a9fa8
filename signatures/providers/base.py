"""What the sealer asks of whatever holds the seal's key.

A provider is service-held and needs nobody at the keyboard. A new one is a file beside
``software.py`` with the same few members; the sealing code does not change.
"""

from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from pyhanko.sign.signers.pdf_cms import Signer


@dataclass(frozen=True)
class ProviderInfo:
    """What a provider is, for records of evidence.

    ``id`` names it in settings, ``assurance`` says honestly what it gives.
    """

    id: str
    assurance: str
    key_algorithm: str


class SealProvider(Protocol):
    """Holds the seal's private key, in memory or elsewhere, for the life of the process."""

    @property
    def info(self) -> ProviderInfo: ...

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The trust anchors of the seal certificate."""

    @property
    def signer(self) -> Signer:
        """pyHanko's signer for this key; safe to use from several threads."""
