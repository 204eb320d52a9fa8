"""A typing error in the name of a mail provider gets a hint; a company's own name does not."""

from __future__ import annotations

import pytest

from service.agreement.mailboxes import PROVIDERS, meant


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("gmial.com", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("telnet.be", "telenet.be"),
        ("iclod.com", "icloud.com"),
    ],
)
def test_a_slip_gets_a_hint(typed: str, hint: str) -> None:
    assert meant(f"an@{typed}") == f"an@{hint}"


@pytest.mark.parametrize(
    "domain",
    [*PROVIDERS, "mail.com", "ymail.com", "hotmail.fr", "alive.be", "peeters.be", "proton.me", ""],
)
def test_a_name_of_its_own_gets_none(domain: str) -> None:
    assert meant(f"an@{domain}") == ""
