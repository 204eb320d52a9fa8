"""Checks the seal over a record of plain bytes, outside any PDF.

As ``openssl cms -verify -binary -inform DER -content`` with ``-purpose any`` does, at its time
stamp (``-attime``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asn1crypto import cms
from cryptography import x509

from signatures.chains.plain import Material, may_seal, path_of
from signatures.cms import containers
from signatures.errors import RecordInvalid
from signatures.stamps.check import check_issued
from signatures.verdict.revoked import Used, revoked


def check_record(
    seal: bytes,
    data: bytes,
    *,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate] = (),
    crls: Sequence[x509.CertificateRevocationList] = (),
) -> datetime:
    """The moment of its time stamp (aware UTC), after checking seal and time stamp.

    The seal must be over ``data``, by a certificate for sealing under one of ``roots``, valid at
    that moment; ``crls`` are today's lists. Raises RecordInvalid.
    """
    try:
        container = containers.parsed(cms.ContentInfo.load(seal, strict=True))
        containers.check_seal(container, data)
        token = container.token
        if token is None:
            raise RecordInvalid("no time stamp")
        moment, stamped_by = check_issued(token, [*roots, *stamp_roots])
        path = path_of(container.certificate, roots, Material(container.certificates, ()))
        if path is None or not may_seal(container.certificate):
            raise RecordInvalid("not sealed under a known root")
        if not all(
            each.not_valid_before_utc <= moment <= each.not_valid_after_utc for each in path
        ):
            raise RecordInvalid("a certificate was not valid at the moment of the time stamp")
        wrong = revoked([Used("", moment, path), Used("", moment, stamped_by)], crls)
        if wrong is not None:
            raise RecordInvalid(wrong.detail)
    except RecordInvalid:
        raise
    except Exception as problem:  # a forged seal can raise anything; it proves nothing
        raise RecordInvalid(f"{type(problem).__name__}: {problem}"[:200]) from problem
    return moment
