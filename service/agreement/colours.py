"""The processor's one colour: its contrast, the nearest readable one, and its further shades.

Contrast as in WCAG 2.2 (*relative luminance*, *contrast ratio*), never rounded: letters need 4.5:1
(1.4.3), edges of controls 3:1 (1.4.11). Shades keep the hue in OKLab (Ottosson, 2020), where equal
steps of lightness look equal. Colours are ``#rrggbb``.

The grounds are those of ``service/web/static/base.css`` and of the mails; a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

TEXT, PARTS = 4.5, 3.0
WHITE, BLACK = "#ffffff", "#000000"
ZEGEL = "#0f4f3c"
"""The colour without a choice of the processor."""

LIGHT = {"paper": "#ffffff", "wash": "#f4f6f3", "mail": "#eef1ed"}
DARK = {"paper": "#131916", "wash": "#1b2320"}
_WELL_ABOVE = 6.0  # of letters on a dark ground: exactly 4.5 glimmers
_STEPS = 512  # from black to white, in which a shade is sought
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})", re.ASCII)

Lab = tuple[float, float, float]


@dataclass(frozen=True)
class TooFaint:
    """The ground on which a colour can be read worst, and the nearest colour that can be read."""

    ground: str
    ratio: float
    nearest: str


def parse_colour(typed: str) -> str | None:
    """``#0f4f3c`` for ``0F4F3C`` or ``#abc`` and the like; None for anything else."""
    found = _HEX.fullmatch(typed.strip())
    if not found:
        return None
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(each * 2 for each in digits))


def contrast(one: str, other: str) -> float:
    """From 1 (equal) to 21 (black and white); the order does not matter."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_faint(colour: str) -> TooFaint | None:
    """Why letters in this colour, or white ones on it, are hard to read; None if they are not."""
    ratios = {name: contrast(colour, ground) for name, ground in LIGHT.items()}
    ground = min(ratios, key=ratios.__getitem__)
    if ratios[ground] >= TEXT:
        return None
    return TooFaint(ground, ratios[ground], _sought(colour, BLACK, _legible))


def _legible(colour: str) -> bool:
    return all(contrast(colour, ground) >= TEXT for ground in LIGHT.values())


def light_shades(colour: str) -> dict[str, str]:
    """The variables of the style sheet for a light screen. ``colour`` is not too faint."""
    darker = mixed(colour, BLACK, 0.34)
    return {
        "accent": colour,
        "accent-dark": darker,
        "accent-wash": mixed(WHITE, colour, 0.1),
        "accent-line": mixed(WHITE, colour, 0.28),
        "button": colour,
        "button-hover": darker,
    }


def dark_shades(colour: str) -> dict[str, str]:
    """The same for a dark screen: lighter letters, and a button that stands out from the ground."""
    paper = DARK["paper"]
    letters = _sought(
        colour, WHITE, lambda one: min(contrast(one, each) for each in DARK.values()) >= _WELL_ABOVE
    )
    button = _sought(colour, WHITE, lambda one: contrast(one, paper) >= PARTS)
    return {
        "accent": letters,
        "accent-dark": mixed(letters, WHITE, 0.35),
        "accent-wash": mixed(paper, letters, 0.16),
        "accent-line": mixed(paper, letters, 0.28),
        "button": button,
        "button-hover": mixed(button, BLACK, 0.18),
    }


def mixed(one: str, other: str, part: float) -> str:
    """``one`` with so much (0 to 1) of ``other`` in it."""
    pairs = zip(_bytes(one), _bytes(other), strict=True)
    return _hex(tuple(first + (second - first) * part for first, second in pairs))


def _sought(colour: str, towards: str, wanted: Callable[[str], bool]) -> str:
    """The nearest lightness of the same hue, in one direction, that is wanted."""
    if wanted(colour):
        return colour
    lab, end = _lab(colour), 0.0 if towards == BLACK else 1.0

    def at(step: int) -> str:
        return _at_lightness(lab, lab[0] + (end - lab[0]) * step / _STEPS)

    least, most = 0, _STEPS  # the end itself is always wanted
    while most - least > 1:
        middle = (least + most) // 2
        if wanted(at(middle)):
            most = middle
        else:
            least = middle
    return at(most)


def _at_lightness(lab: Lab, lightness: float) -> str:
    """The hue with as much of its colour as a screen can show at this lightness."""
    least, most = 0.0, 1.0
    for _ in range(12):
        middle = (least + most) / 2
        if all(-1e-4 <= each <= 1.0001 for each in _linear_of(lab, lightness, middle)):
            least = middle
        else:
            most = middle
    if all(-1e-4 <= each <= 1.0001 for each in _linear_of(lab, lightness, 1.0)):
        least = 1.0
    return _hex(tuple(255 * _encoded(each) for each in _linear_of(lab, lightness, least)))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(each / 255) for each in _bytes(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lab(colour: str) -> Lab:
    red, green, blue = (_linear(each / 255) for each in _bytes(colour))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear_of(lab: Lab, lightness: float, part: float) -> tuple[float, float, float]:
    """Red, green and blue of that lightness with a part of the colour; outside 0..1 none exists."""
    green_red, blue_yellow = lab[1] * part, lab[2] * part
    long = (lightness + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    middle = (lightness - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (lightness - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _encoded(value: float) -> float:
    value = min(max(value, 0.0), 1.0)
    return value * 12.92 if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def _bytes(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(values: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(each):02x}" for each in values)
