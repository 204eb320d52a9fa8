"""Contrast by WCAG 2.2 at its limits, and every shade made from a colour that is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.agreement.colours import (
    BLACK,
    DARK,
    LIGHT,
    PARTS,
    TEXT,
    WHITE,
    ZEGEL,
    contrast,
    dark_shades,
    light_shades,
    mixed,
    parse_colour,
    too_faint,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        (WHITE, WHITE, 1.0),
        (BLACK, WHITE, 21.0),
        ("#767676", WHITE, 4.542225),  # the lightest grey for letters on white
        ("#777777", WHITE, 4.478089),
        ("#949494", WHITE, 3.033470),  # and for the edges of controls
        ("#959595", WHITE, 2.995346),
        ("#ff0000", WHITE, 3.998477),
        ("#0a0a0a", BLACK, 1.060705),  # just below and above where the curve begins
        ("#0b0b0b", BLACK, 1.066931),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=5e-7)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("#0F4F3C", ZEGEL),
        (" 0f4f3c ", ZEGEL),
        ("abc", "#aabbcc"),
        ("", None),
        ("#12345", None),
        ("rood", None),
        ("#0f4f3c;}", None),
        ("#\u0661\u0662\u0663", None),
    ],
)
def test_a_colour_is_six_or_three_digits(typed: str, read: str | None) -> None:
    assert parse_colour(typed) == read


def test_the_limit_itself_is_enough_and_a_shade_lighter_is_not() -> None:
    assert too_faint("#6d6d6d") is None
    found = too_faint("#6e6e6e")
    assert found
    assert found.ground == "mail"  # the darkest of the light grounds
    assert TEXT > found.ratio > TEXT - 0.1
    assert found.nearest == "#6d6d6d"


def test_zegels_own_colour_can_be_read() -> None:
    assert too_faint(ZEGEL) is None


@pytest.mark.parametrize("pale", [WHITE, "#ffcc00", "#00ff00", "#ff6600", "#e30613", "#8fd3ff"])
def test_the_nearest_passes_by_a_hair_and_keeps_the_hue(pale: str) -> None:
    found = too_faint(pale)
    assert found
    assert too_faint(found.nearest) is None
    assert min(contrast(found.nearest, ground) for ground in LIGHT.values()) < TEXT + 0.15
    strongest = max(range(3), key=lambda part: pale[1 + 2 * part : 3 + 2 * part])
    parts = [found.nearest[at : at + 2] for at in (1, 3, 5)]
    assert pale == WHITE or parts[strongest] == max(parts)


@settings(max_examples=150, deadline=None)
@given(colours)
def test_what_is_accepted_or_proposed_can_be_read_everywhere(colour: str) -> None:
    faint = too_faint(colour)
    accepted = faint.nearest if faint else colour
    assert too_faint(accepted) is None
    light, dark = light_shades(accepted), dark_shades(accepted)
    for shades, grounds in ((light, LIGHT), (dark, DARK)):
        for letters in (shades["accent"], shades["accent-dark"]):
            assert all(contrast(letters, ground) >= TEXT for ground in grounds.values())
        assert contrast(shades["accent-dark"], shades["accent-wash"]) >= TEXT
        for button in (shades["button"], shades["button-hover"]):
            assert contrast(WHITE, button) >= TEXT
    assert contrast(dark["button"], DARK["paper"]) >= PARTS


def test_a_mixture_lies_between_both() -> None:
    assert mixed(WHITE, BLACK, 0) == WHITE
    assert mixed(WHITE, BLACK, 1) == BLACK
    assert mixed(WHITE, BLACK, 0.5) == "#808080"
