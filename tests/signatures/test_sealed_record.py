"""A seal over plain bytes proves who sealed them, or nothing at all."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from signatures.chains.certificates import Issuer, issue_crl
from signatures.errors import RecordInvalid
from signatures.keys.authority import Authority, create_authority, load_authority
from signatures.run_async import run
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.sealed_record import check_record

DATA = b'{"end":null}'


def test_it_holds_for_these_bytes_under_this_root_only(
    sealer: Sealer, authority: Authority, tmp_path: Path
) -> None:
    seal = sealer.seal_record(DATA)
    moment = check_record(seal, DATA, roots=authority.roots)
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 600
    create_authority(tmp_path / "keys", None, organisation="x", now=datetime.now(UTC))
    stranger = load_authority(tmp_path / "keys", None)
    for made, data, roots in (
        (seal, DATA + b" ", authority.roots),
        (seal, DATA, stranger.roots),
        (seal, DATA, ()),
        (b"", DATA, authority.roots),
        (seal[:-1], DATA, authority.roots),
        (seal + b"\0", DATA, authority.roots),
        (_by_the_time_stamps_key(authority), DATA, authority.roots),
        (_without_stamp(sealer), DATA, authority.roots),
    ):
        with pytest.raises(RecordInvalid):
            check_record(made, data, roots=roots)


def _by_the_time_stamps_key(authority: Authority) -> bytes:
    digest = hashlib.sha256(DATA).digest()
    made: bytes = run(LocalTimestamps(authority).stamper().async_timestamp(digest, "sha256")).dump()
    return made


def _without_stamp(sealer: Sealer) -> bytes:
    made: bytes = run(
        sealer._provider.signer.async_sign(hashlib.sha256(DATA).digest(), "sha256")
    ).dump()
    return made


@pytest.mark.parametrize("whose", ["seal", "tsa"])
def test_what_a_revoked_key_sealed_or_stamped_proves_nothing(
    sealer: Sealer, authority: Authority, whose: str
) -> None:
    seal = sealer.seal_record(DATA)
    issuer = Issuer(authority.issuing, authority._key("issuing", authority.issuing))

    def check_with(since: datetime) -> None:
        serial = getattr(authority, whose).serial_number
        entry = x509.RevokedCertificateBuilder(serial, since).build()
        crl = issue_crl(issuer, now=datetime.now(UTC), revoked=entry)
        listed = [x509.load_pem_x509_crl(crl)]
        check_record(seal, DATA, roots=authority.roots, crls=listed)

    check_with(datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(RecordInvalid, match="revoked"):
        check_with(datetime.now(UTC) - timedelta(hours=1))
