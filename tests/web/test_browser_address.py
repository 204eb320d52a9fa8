"""Which address and browser the evidence contains, whatever proxies and browsers send."""

from __future__ import annotations

import pytest

from service.web.context import ip_address


@pytest.mark.parametrize(
    ("given", "noted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:DB8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", ""),
        ("_hidden", ""),
        ("_SEVKISEK:80", ""),
        ("", ""),
        (None, ""),
        ("203.0.113.7, 10.0.0.1", ""),
        ("[", ""),
        ("[]:", ""),
        ("203.0.113.999:1", ""),
        ("٢٠٣.0.113.7", ""),
        ("é\x00" * 9000, ""),
    ],
)
def test_the_address_is_what_is_one(given: str | None, noted: str) -> None:
    assert ip_address(given) == noted
