"""A certificate that many threads read for the first time at the same moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.keys.authority import Authority

THREADS = 8

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def impatient_threads() -> Iterator[None]:
    """Switch between threads as often as possible."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def look(certificate: asn1_x509.Certificate, start: Barrier) -> Any:
    start.wait()
    key = certificate.public_key
    return (
        key["algorithm"]["algorithm"].native,
        key["public_key"].parsed["modulus"].native,
        certificate.key_usage_value.native,
        certificate.subject.native,
        certificate.critical_extensions,
    )


def looked_at_by_all(certificate: asn1_x509.Certificate) -> set[str]:
    start = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(look, certificate, start) for _ in range(THREADS)]
        return {repr(each.exception() or each.result()) for each in waiting}


def test_it_is_the_same_certificate(authority: Authority) -> None:
    assert asn1_certificate(authority.seal).dump() == authority.seal.public_bytes(Encoding.DER)


def test_all_threads_see_the_same(authority: Authority) -> None:
    expected = repr(look(asn1_certificate(authority.seal), Barrier(1)))
    for _ in range(50):
        assert looked_at_by_all(asn1_certificate(authority.seal)) == {expected}


# The library's prepared types are in their own dictionaries, so this can be checked without values.
UNPREPARED = """
from asn1crypto import core
import signatures.sealing.seal, signatures.verdict.verify
from signatures.cms.asn1_types import defined
known = list(defined())
print(len(known), *(each.__name__ for each in known if each not in core._SETUP_CLASSES))
"""


def test_no_type_is_left_for_two_threads_to_prepare_at_once() -> None:
    """The first two to seal in a process once found a half-prepared type."""
    found = subprocess.run(
        [sys.executable, "-c", UNPREPARED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    count, *left = found.stdout.split()
    assert int(count) > 400
    assert left == []
