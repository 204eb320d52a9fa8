"""What belongs beside an original whose time stamps other people's authorities gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cryptography import x509

from signatures.keys.authority import pem

if TYPE_CHECKING:  # the PDF library comes with it
    from signatures.stamps.chains import StampEvidence

ROOT, CHAINS, LISTS = "tijdstempelwortel.pem", "tijdstempeldienst.pem", "tijdstempelintrekking.pem"
OF_OTHERS = tuple(f"certificaten/{name}" for name in (ROOT, CHAINS, LISTS))


def stamp_files(evidence: StampEvidence, stamps: Sequence[x509.Certificate]) -> dict[str, bytes]:
    """Their certificates and revocation lists under the names of the archive; none for our own.

    ``stamps`` are all that stamped, ours as well: with the chains of the others in one file OpenSSL
    can check every token. Answers of OCSP are in the originals themselves.
    """
    if not evidence.stamps:
        return {}
    # Loaded where a stamp of others is: the names above are used by the pages too.
    from asn1crypto import pem as armour  # noqa: PLC0415

    chains = dict.fromkeys((*stamps, *evidence.stamps, *evidence.issuers, *evidence.roots))
    files = {
        ROOT: pem(*evidence.roots),
        CHAINS: pem(*chains),
        LISTS: b"".join(armour.armor("X509 CRL", each.dump()) for each in evidence.lists),
    }
    return {name: data for name, data in files.items() if data}
