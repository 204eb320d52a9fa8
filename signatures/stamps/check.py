"""The one check of a time stamp (RFC 3161): over these bytes, by whom, under which root.

Everything that reads a token asks here: the verdict on a file by its parts, since it has more to
say of each; the sealer of what a service answered; an upload of what a person brought along; the
anchors of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from signatures.chains.plain import Material, may_stamp, path_of
from signatures.cms import containers
from signatures.cms.containers import Container, NotIntact


class StampWrong(Exception):
    """A token that cannot be relied upon. ``code``: ``signature`` (it does not match what it is
    over, or itself), ``use`` (its certificate is not for time stamps), ``chain`` (it leads to no
    given root), ``ended`` (a certificate on the way did not run at its moment)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def check_over(token: Container, stamped: bytes) -> None:
    """It is a time stamp over these bytes and its signature is right. Raises StampWrong."""
    try:
        containers.check_stamp(token, stamped)
    except NotIntact as wrong:
        raise StampWrong("signature", wrong.code) from wrong


def check_issued(
    token: Container,
    roots: Sequence[x509.Certificate],
    others: Sequence[x509.Certificate] = (),
) -> tuple[datetime, list[x509.Certificate]]:
    """Its moment (aware UTC) and the path from its certificate to one of ``roots``, everything on
    it running at that moment. ``others`` are issuers that it may not have brought.

    Revocation is not looked at: that takes lists. Raises StampWrong.
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
