"""The one check of a time stamp (RFC 3161): over these bytes, by whom, under which root."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from signatures.chains.plain import Material, may_stamp, path_of
from signatures.cms import containers
from signatures.cms.containers import Container, NotIntact


class StampWrong(Exception):
    """A token that cannot be relied on. ``code``: ``signature`` (over other bytes, or broken),
    ``use`` (not for time stamps), ``chain`` (leads to no given root), ``ended`` (a certificate was
    not valid at its moment)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def check_over(token: Container, stamped: bytes) -> None:
    """Check that it stamps these bytes with a right signature. Raises StampWrong."""
    try:
        containers.check_stamp(token, stamped)
    except NotIntact as wrong:
        raise StampWrong("signature", wrong.code) from wrong


def check_issued(
    token: Container,
    roots: Sequence[x509.Certificate],
    others: Sequence[x509.Certificate] = (),
) -> tuple[datetime, list[x509.Certificate]]:
    """Its moment (aware UTC) and the path to one of ``roots``, all valid at that moment. ``others``
    are issuers that the token may lack.

    Revocation is not checked. Raises StampWrong.
    """
    certificate, moment = token.certificate, token.time
    if moment is None:
        raise StampWrong("signature", "no time")
    if not may_stamp(certificate):
        raise StampWrong("use", "not for time stamps, or not critically so")
    path = path_of(certificate, roots, Material([*token.certificates, *others], ()))
    if path is None:
        raise StampWrong("chain", certificate.issuer.rfc4514_string())
    for each in path:
        if not each.not_valid_before_utc <= moment <= each.not_valid_after_utc:
            name = each.subject.rfc4514_string()
            raise StampWrong("ended", f"{name} ended on {each.not_valid_after_utc}")
    return moment, path
