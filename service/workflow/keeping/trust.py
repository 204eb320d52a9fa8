"""What is trusted when the index is rebuilt from the bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509


@dataclass(frozen=True)
class Trust:
    """The trust settings for packages, recorded ends and anchors; see
    ``signatures.package.case.Trust``."""

    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate] = ()
    crls: Sequence[x509.CertificateRevocationList] = ()
