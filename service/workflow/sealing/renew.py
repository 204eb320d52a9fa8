"""Renews our own authority's revocation list long before it expires."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509

from service.deps import Deps
from signatures.keys.authority import renew_crl

LEAST_LEFT = timedelta(days=20)  # of the 30 of a list: time to notice a stopped worker


def renew_revocation_list(deps: Deps) -> int:
    """Renew the list, without which no original can be closed, when fewer than 20 days are left; an
    hourly job. Returns how many. Raises AuthorityError."""
    with deps.database.begin() as tx:
        now = tx.now()
    issuing = x509.load_pem_x509_crl(deps.authority().crl)
    end = issuing.next_update_utc
    if end is not None and end - now > LEAST_LEFT:
        return 0
    renew_crl(deps.settings.key_dir, deps.settings.key_passphrase, now=now)
    return 1
