"""The certificates and revocation lists of a package, as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signatures.keys.authority import pem

if TYPE_CHECKING:  # the PDF library comes with it
    from signatures.sealing.validation_data import Chains


def certificate_files(chains: Chains) -> dict[str, bytes]:
    """What a verifier needs in nine years, under the names of the archive; several in one file
    when keys were replaced between one act and the next, those that count first."""
    return {
        "wortel.pem": pem(*chains.roots),
        "uitgever.pem": pem(*chains.intermediates),
        "zegel.pem": pem(*chains.seals),
        "tijdstempel.pem": pem(*chains.stamps),
        "intrekkingslijst.pem": pem(*chains.lists),
        "intrekkingslijst-wortel.pem": pem(*chains.upper_lists),
    }
