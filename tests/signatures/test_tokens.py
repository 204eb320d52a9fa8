"""A token over plain bytes, checked by us and by OpenSSL; every defect is reported."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signatures.errors import TokenInvalid
from signatures.keys.authority import Authority, create_authority, load_authority
from signatures.stamps.timestamps import LocalTimestamps
from signatures.stamps.tokens import check, stamp

DATA = b'{"root":"ab"}'


def test_it_works(authority: Authority) -> None:
    token = stamp(DATA, LocalTimestamps(authority))
    assert check(token.response, DATA, roots=authority.roots) == token.time
    assert abs((datetime.now(UTC) - token.time).total_seconds()) < 600
    assert token.quality == "eigen"


def test_openssl_agrees(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "a.tsr").write_bytes(stamp(DATA, LocalTimestamps(authority)).response)
    for name in ("root.pem", "issuing.pem"):
        (tmp_path / name).write_bytes(authority.certificates[name])
    said = subprocess.run(
        "openssl ts -verify -data data -in a.tsr -CAfile root.pem -untrusted issuing.pem",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr


def test_other_bytes_another_root_and_rubbish_are_refused(
    authority: Authority, tmp_path: Path
) -> None:
    token = stamp(DATA, LocalTimestamps(authority))
    create_authority(tmp_path / "keys", None, organisation="x", now=datetime.now(UTC))
    stranger = load_authority(tmp_path / "keys", None)
    for response, data, roots in (
        (token.response, DATA + b" ", authority.roots),
        (token.response, DATA, stranger.roots),
        (token.response, DATA, ()),
        (b"", DATA, authority.roots),
        (token.response[:-1], DATA, authority.roots),
        (token.response + b"\0", DATA, authority.roots),
    ):
        with pytest.raises(TokenInvalid):
            check(response, data, roots=roots)


def test_a_flipped_byte_is_refused_or_changes_nothing_that_counts(authority: Authority) -> None:
    token = stamp(DATA, LocalTimestamps(authority))
    refused = 0
    for at in range(0, len(token.response), 41):
        changed = bytearray(token.response)
        changed[at] ^= 1
        try:
            assert check(bytes(changed), DATA, roots=authority.roots) == token.time
        except TokenInvalid:
            refused += 1
    assert refused > 20
