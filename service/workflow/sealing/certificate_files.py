"""The certificates and revocation lists of a package, as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cryptography import x509

from signatures.keys.authority import pem

if TYPE_CHECKING:  # it loads the PDF library
    from signatures.sealing.validation_data import Chains
    from signatures.stamps.chains import StampEvidence

STAMP_ROOT, STAMP_CHAINS, STAMP_LISTS = (
    "tijdstempelwortel.pem",
    "tijdstempeldienst.pem",
    "tijdstempelintrekking.pem",
)
OF_OTHERS = tuple(f"certificaten/{name}" for name in (STAMP_ROOT, STAMP_CHAINS, STAMP_LISTS))


def certificate_files(chains: Chains) -> dict[str, bytes]:
    """The files that a verifier will need in nine years, with their names in the archive; several
    certificates per file if keys were replaced between acts, the current ones first."""
    return {
        "wortel.pem": pem(*chains.roots),
        "uitgever.pem": pem(*chains.intermediates),
        "zegel.pem": pem(*chains.seals),
        "tijdstempel.pem": pem(*chains.stamps),
        "intrekkingslijst.pem": pem(*chains.lists),
        "intrekkingslijst-wortel.pem": pem(*chains.upper_lists),
    }


def stamp_files(evidence: StampEvidence, stamps: Sequence[x509.Certificate]) -> dict[str, bytes]:
    """Third-party certificates and revocation lists with their names in the archive; none for ours.

    ``stamps`` are the certificates of all time stamps, including ours: with the third-party chains
    in the same file, OpenSSL can check every token. OCSP responses are in the originals themselves.
    """
    if not evidence.stamps:
        return {}
    # Loaded only for third-party stamps: the pages use this module for its names.
    from asn1crypto import pem as armour  # noqa: PLC0415

    chains = dict.fromkeys((*stamps, *evidence.stamps, *evidence.issuers, *evidence.roots))
    files = {
        STAMP_ROOT: pem(*evidence.roots),
        STAMP_CHAINS: pem(*chains),
        STAMP_LISTS: b"".join(armour.armor("X509 CRL", each.dump()) for each in evidence.lists),
    }
    return {name: data for name, data in files.items() if data}
