"""The certificates and revocation lists of a package, as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signatures.keys.authority import pem

if TYPE_CHECKING:  # it loads the PDF library
    from signatures.sealing.validation_data import Chains


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
