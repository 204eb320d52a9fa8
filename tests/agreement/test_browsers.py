"""A browser's name for readers."""

from __future__ import annotations

import pytest

from service.agreement.browsers import in_words
from service.texts import OURS

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME.format("Windows NT 10.0; Win64; x64"), "Chrome op Windows"),
        (CHROME.format("X11; Linux x86_64") + " Edg/140.0.0.0", "Edge op Linux"),
        (CHROME.format("Linux; Android 14; K"), "Chrome op Android"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
            "Firefox op Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari op iPhone",
        ),
        ("curl/8.0", "Onbekende browser"),
        ("", "Onbekende browser"),
        ("Firefox", "Firefox"),
    ],
)
def test_it_works(user_agent: str, words: str) -> None:
    assert in_words(user_agent, OURS) == words
