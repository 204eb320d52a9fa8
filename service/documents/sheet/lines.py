"""Breaks a text at spaces, and inside a word only if it fits on no line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from service.documents.sheet.blocks import Run
from service.documents.sheet.faces import UNITS, Measure
from service.documents.sheet.styles import Style

GOOD_BREAKS = "@./_&=?"
"""A long word is preferably broken after one of these, to keep addresses readable."""

Line = tuple[Run, ...]
"""The text of one line, in one or both weights."""


@dataclass(slots=True)
class _Word:
    """Letters up to a space; widths are relative to the size."""

    runs: list[Run]
    width: float


def broken(runs: Sequence[Run], style: Style, width: float, measure: Measure) -> list[Line]:
    """The lines of a paragraph ``width`` points wide; at least one.

    A line keeps its last space, so that screen readers separate words.
    """
    room = width * UNITS / style.size
    space = measure.widths(bold=False)[" "]  # equal in both weights
    if len(runs) == 1:  # the usual case, for speed
        text, bold = runs[0]
        bold = bold or style.bold
        words = text.split(" ")
        wide = sum(map(measure.widths(bold=bold).__getitem__, words))
        if wide + space * (len(words) - 1) <= room:
            return [(Run(text, bold),)]
    lines: list[Line] = []
    line: list[Run] = []
    used = 0.0
    for word in _words(runs, measure, bold=style.bold):
        if line and used + space + word.width <= room:
            line.append(Run(" ", line[-1].bold))
            line += word.runs
            used += space + word.width
            continue
        if line:
            lines.append(_joined([*line, Run(" ", line[-1].bold)]))
        if word.width > room:
            *full, word = _cut(word, style, room, measure)
            lines += [_joined(part.runs) for part in full]
        line, used = list(word.runs), word.width
    lines.append(_joined(line))
    return lines


def _words(runs: Sequence[Run], measure: Measure, *, bold: bool) -> Iterator[_Word]:
    word = _Word([], 0.0)
    for text, own_bold in runs:
        heavy = own_bold or bold
        widths = measure.widths(bold=heavy)
        for number, letters in enumerate(text.split(" ")):
            if number and word.runs:
                yield word
                word = _Word([], 0.0)
            if letters:
                word.runs.append(Run(letters, heavy))
                word.width += widths[letters]
    if word.runs:
        yield word


def _cut(word: _Word, style: Style, room: float, measure: Measure) -> list[_Word]:
    if style.even and len(word.runs) == 1:
        return _even_parts(word.runs[0], math.ceil(word.width / room), room, measure)
    parts = [_Word([], 0.0)]
    for text, bold in word.runs:
        widths = measure.widths(bold=bold)
        rest = text
        while rest:
            count = _fitting(rest, widths, room - parts[-1].width)
            if count < len(rest):
                count = _behind_a_good_break(rest, count)
            if not (count or parts[-1].runs):
                count = 1  # at least one letter per line, however narrow it is
            if count:
                parts[-1].runs.append(Run(rest[:count], bold))
                parts[-1].width += widths[rest[:count]]
            rest = rest[count:]
            if rest:
                parts.append(_Word([], 0.0))
    return parts


def _even_parts(run: Run, count: int, room: float, measure: Measure) -> list[_Word]:
    """A digest in equal parts, to compare it with another."""
    widths = measure.widths(bold=run.bold)
    while True:
        size = math.ceil(len(run.text) / count)
        parts = [run.text[at : at + size] for at in range(0, len(run.text), size)]
        if size == 1 or max(map(widths.__getitem__, parts)) <= room:
            return [_Word([Run(part, run.bold)], widths[part]) for part in parts]
        count += 1


def _fitting(letters: str, widths: Mapping[str, float], room: float) -> int:
    used = 0.0
    for count, letter in enumerate(letters):
        used += widths[letter]
        if used > room:
            return count
    return len(letters)


def _behind_a_good_break(letters: str, count: int) -> int:
    """Fewer letters, down to half, for a better break."""
    best = max(letters.rfind(each, count // 2, count) for each in GOOD_BREAKS)
    return best + 1 or count


def _joined(runs: Sequence[Run]) -> Line:
    joined = [
        Run("".join([run.text for run in same]), bold)
        for bold, same in groupby(runs, key=attrgetter("bold"))
    ]
    return tuple(joined)
