"""Seals and tokens as files of their own: what tools that know no PDF are given."""

from __future__ import annotations

import subprocess
from pathlib import Path

from signatures.authority import Authority
from signatures.extraction import certificates, parts
from tests.signatures.conftest import SealedFile


def test_every_part_is_there_in_order(sealed_file: SealedFile) -> None:
    found = parts(sealed_file.pdf)
    assert [part.field for part in found] == [*sealed_file.order, "archive_timestamp"]
    assert [part.cms is None for part in found] == [False, False, False, True]
    assert [part.token_time for part in found] == [step.token_time for step in sealed_file.steps]
    for part in found[:-1]:
        offset, length = part.signature_at
        assert part.cms is not None
        assert len(part.cms[offset : offset + length]) == length == 384  # RSA-3072


def test_the_certificates_of_a_token_lead_to_its_root(
    sealed_file: SealedFile, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "chain.pem").write_bytes(certificates(parts(sealed_file.pdf)[-1].token))
    for name in ("root.pem", "tsa.pem"):
        (tmp_path / name).write_bytes(authority.certificates[name])
    said = subprocess.run(
        ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "chain.pem", "tsa.pem"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
