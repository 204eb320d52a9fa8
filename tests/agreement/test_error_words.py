"""Errors contain codes; stored ones become text, in the former format too."""

from __future__ import annotations

import pytest

from service.error_codes import ErrorCode
from service.error_words import kept, kept_code, kept_in_words, words_of
from service.errors import GenerationFailed, KeysUnusable, TooMany, WrongState, ZegelError

DIED = kept_code(ErrorCode.WORKER_DIED, times=3)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (WrongState(ErrorCode.WRONG_STATE, state="draft"), "nog een concept"),
        (KeysUnusable("unavailable", '{"a": "}"} \\u007b “pkcs11”'), '{"a": "}"} \\u007b “pkcs11”'),
        (GenerationFailed(DIED), "3 keer"),
        (TooMany(ErrorCode.SIGN_IN_LOCKED, minutes=1), "1 minuut"),
    ],
)
def test_what_is_kept_reads_as_what_was_said(error: ZegelError, said: str) -> None:
    assert said in words_of(error)
    assert "Zegel" not in kept(error)
    assert words_of(error) not in kept(error)
    assert kept_in_words(f"VO-2026-00001: {kept(error)}; more") == (
        f"VO-2026-00001: {words_of(error)}; more"
    )


@pytest.mark.parametrize(
    "words",
    [
        "",
        "StorageUnavailable: put x: timed out",
        "KeysUnusable: De sleutel is nu niet bereikbaar; probeer het later opnieuw: pkcs11",
        kept(KeysUnusable("unavailable", "a long detail"))[:-9],  # truncated
        'errors.of_a_later_version {"detail": "x"}',
        "errors.worker_died {}",
    ],
)
def test_what_was_kept_otherwise_stays_as_it_is(words: str) -> None:
    assert kept_in_words(words) == words
