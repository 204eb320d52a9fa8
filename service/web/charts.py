"""Bars as SVG, made on the server: without a script, and readable without colour.

Each part has its own filling. Widths are shares of the page, so that letters keep their size on a
telephone. Screen readers skip a chart: the table beside it says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

FILLINGS = ("empty", "striped", "crossed", "full")
_LONGEST = 84.0  # of the width, in percent: the rest is for the number
_LABEL, _BAR, _GAP = 24, 16, 4  # pixels
_BELOW = 12
_SVG = Markup(
    '<svg class="chart" width="100%" height="{height}" aria-hidden="true">'
    '<defs><pattern id="{name}-striped" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><path class="chart-line" d="M0 0V6"/></pattern>'
    '<pattern id="{name}-crossed" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><path class="chart-line" d="M0 0V6M0 0H6"/></pattern></defs>'
    "{content}</svg>"
)
_TEXT = Markup('<text class="chart-label" x="0" y="{y}">{words}</text>')
_NUMBER = Markup('<text class="chart-number" x="{x}%" dx="6" y="{y}">{words}</text>')
_PART = Markup(
    '<rect class="chart-{filling}"{fill} x="{x}%" y="{y}" width="{width}%" height="{height}"/>'
)
_SWATCH = Markup(
    '<svg class="swatch" width="22" height="14" aria-hidden="true">'
    '<rect class="chart-{filling}"{fill} x="1" y="1" width="20" height="12"/></svg>'
)


@dataclass(frozen=True)
class Bar:
    """Parts beside each other (a number, a name of ``FILLINGS``), and the text after them."""

    parts: Sequence[tuple[int, str]]
    said: str


@dataclass(frozen=True)
class Row:
    label: str
    bars: Sequence[Bar]


def chart(name: str, rows: Sequence[Row]) -> Markup:
    """The rows on one scale; ``name`` is unique on the page."""
    most = max((_length(bar) for row in rows for bar in row.bars), default=0) or 1
    content, y = Markup(""), 0
    for row in rows:
        content += _TEXT.format(y=y + _LABEL - 8, words=row.label)
        y += _LABEL
        for bar in row.bars:
            content += _bar(name, bar, most, y)
            y += _BAR + _GAP
        y += _BELOW
    return _SVG.format(name=name, height=y, content=content)


def swatch(name: str, filling: str) -> Markup:
    """A sample of a filling, for the legend."""
    return _SWATCH.format(filling=filling, fill=_fill(name, filling))


def _bar(name: str, bar: Bar, most: int, y: int) -> Markup:
    content, x = Markup(""), 0.0
    for number, filling in bar.parts:
        if number:
            width = number / most * _LONGEST
            content += _PART.format(
                filling=filling,
                fill=_fill(name, filling),
                x=f"{x:.2f}",
                y=y,
                width=f"{width:.2f}",
                height=_BAR,
            )
            x += width
    return content + _NUMBER.format(x=f"{x:.2f}", y=y + _BAR - 3, words=bar.said)


def _fill(name: str, filling: str) -> Markup:
    if filling in ("striped", "crossed"):
        return Markup(' fill="url(#{}-{})"').format(name, filling)
    return Markup("")


def _length(bar: Bar) -> int:
    return sum(number for number, _ in bar.parts)
