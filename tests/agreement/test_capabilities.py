"""Links and codes cannot be guessed, nor found in the database."""

from __future__ import annotations

import base64
import uuid

import pytest

from service.agreement.capabilities import (
    TOKEN_PREFIX,
    code_for,
    code_hash,
    hash_secret,
    mask_email,
    new_session_secret,
    token_for,
)

KEY, OTHER = b"k" * 32, b"o" * 32
IDS = [str(uuid.UUID(int=number)) for number in range(5_000)]


def test_a_token_has_256_bits_and_a_known_prefix() -> None:
    token = token_for(KEY, IDS[0])
    assert token.startswith(TOKEN_PREFIX)
    assert len(base64.urlsafe_b64decode(token.removeprefix(TOKEN_PREFIX) + "=")) * 8 == 256


def test_many_links_have_as_many_tokens() -> None:
    assert len({token_for(KEY, link) for link in IDS}) == len(IDS)
    assert len({hash_secret(token_for(KEY, link)) for link in IDS}) == len(IDS)


def test_a_token_is_made_again_from_key_and_id_only() -> None:
    assert token_for(KEY, IDS[1]) == token_for(KEY, IDS[1])
    assert token_for(KEY, IDS[1]) != token_for(OTHER, IDS[1])


def test_the_kept_hash_does_not_hold_the_token() -> None:
    token = token_for(KEY, IDS[2])
    assert token.encode() not in hash_secret(token)
    assert len(hash_secret(token)) == 32


def test_codes_have_six_digits_and_are_spread() -> None:
    codes = [code_for(KEY, challenge) for challenge in IDS]
    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in codes)
    assert any(code.startswith("0") for code in codes)
    # Of 5,000 random codes out of a million, about 12 pairs are equal.
    assert len(set(codes)) > 4_900


def test_a_codes_hash_belongs_to_its_challenge_and_key() -> None:
    code = code_for(KEY, IDS[0])
    kept = code_hash(KEY, IDS[0], code)
    assert kept == code_hash(KEY, IDS[0], code)
    assert kept != code_hash(KEY, IDS[1], code)
    assert kept != code_hash(OTHER, IDS[0], code)
    assert code.encode() not in kept


def test_session_secrets_differ() -> None:
    secrets = {new_session_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert min(len(secret) for secret in secrets) >= 43  # 256 bits in base64


@pytest.mark.parametrize(
    ("address", "masked"), [("jan@domein.be", "j…@domein.be"), ("j@domein.be", "j…@domein.be")]
)
def test_a_masked_address_shows_one_letter(address: str, masked: str) -> None:
    assert mask_email(address) == masked
