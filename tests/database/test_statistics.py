"""How common search words are: alone, as the beginning of others, and when nothing is known."""

from __future__ import annotations

import pytest

from service.database.lists.statistics import Statistics

KNOWN = Statistics.of(1000, {"bakker": 0.25, "bakkerij": 0.5, "=sdraft": 0.125, "zout": 0.0625})


@pytest.mark.parametrize(
    ("word", "whole", "beginning"),
    [
        ("bakker", 0.25, 0.75),
        ("bakkerij", 0.5, 0.5),
        ("bakk", 0, 0.75),
        ("bakkers", 0, 0),
        ("=sdraft", 0.125, 0.125),
        ("zout", 0.0625, 0.0625),
        ("zwavel", 0, 0),
    ],
)
def test_a_word_counts_for_itself_and_for_its_beginnings(
    word: str, whole: float, beginning: float
) -> None:
    assert (KNOWN.whole(word), KNOWN.beginning(word)) == (whole, beginning)


def test_nothing_is_common_before_anything_is_known() -> None:
    empty = Statistics.of(-1, {})
    assert (empty.agreements, empty.whole("a"), empty.beginning("a")) == (1, 0, 0)
