"""What changed from one reading view to another, word by word. Pure.

Only changed paragraphs, with every word of them: as it was, gone or new.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from service.agreement.difference import lines

MOST_WORDS = 400
"""Of a passage: comparing the words of longer ones takes seconds, and of quite another text it says
nothing. Those are shown as a whole, first what is gone and then what is new."""

LEAST_ALIKE = 0.2
"""Of the words of the longer passage."""

_CELL = re.compile(r"</t[hd]>\s*<t[hd][^>]*>")
_ROW = re.compile(r"</tr>")
_TAG = re.compile(r"<[^>]*>")
_END = "\n"  # of a paragraph, as a word


class Kind(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """Words of one kind, separated by single spaces."""

    kind: Kind
    words: str


@dataclass(frozen=True)
class Paragraph:
    """A changed paragraph, with the heading under which it stands in the new text, if any."""

    heading: str
    pieces: tuple[Piece, ...]


def text_changes(before: str, now: str) -> list[Paragraph]:
    """The changed paragraphs in the order of the new text; what is gone is where it was."""
    old, new = list(_paragraphs(before)), list(_paragraphs(now))
    changed: list[Paragraph] = []
    heading = ""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        ours = new[new_start:new_end]
        if kind != "equal":
            for pieces in _compared(old[start:end], ours):
                changed.append(Paragraph(heading, pieces))
        for text in ours:
            heading = text.removeprefix("# ") if text.startswith("# ") else heading
    return changed


def _paragraphs(view: str) -> Iterator[str]:
    """The plain words of each line; a heading begins with ``# ``."""
    for line in lines(view):
        spaced = _ROW.sub(" / ", _CELL.sub(" · ", line))
        words = " ".join(html.unescape(_TAG.sub(" ", spaced)).split()).rstrip(" /")
        if words:
            yield f"# {words}" if line.startswith("<h") else words


def _compared(old: list[str], new: list[str]) -> Iterator[tuple[Piece, ...]]:
    before, now = _words(old), _words(new)
    if max(len(before), len(now)) > MOST_WORDS or not _alike(before, now):
        yield from ((Piece(Kind.GONE, _plain(each)),) for each in old)
        yield from ((Piece(Kind.NEW, _plain(each)),) for each in new)
        return
    marked: list[tuple[Kind, str]] = []
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            marked += [(Kind.SAME, each) for each in now[new_start:new_end]]
        else:
            marked += [(Kind.GONE, each) for each in before[start:end]]
            marked += [(Kind.NEW, each) for each in now[new_start:new_end]]
    yield from _split(marked)


def _alike(before: list[str], now: list[str]) -> bool:
    """Whether enough words are the same for a comparison to be read: of another text, those that it
    has by chance would only be strewn over the changes."""
    common = (Counter(before) & Counter(now)).total()
    return common >= LEAST_ALIKE * max(len(before), len(now))


def _words(paragraphs: list[str]) -> list[str]:
    return [word for each in paragraphs for word in (*_plain(each).split(), _END)]


def _plain(paragraph: str) -> str:
    return paragraph.removeprefix("# ")


def _split(marked: list[tuple[Kind, str]]) -> Iterator[tuple[Piece, ...]]:
    """The paragraphs with a change in them; they end where one of either text ends."""
    pieces: list[Piece] = []
    for kind, word in [*marked, (Kind.SAME, _END)]:
        if word == _END:
            if any(each.kind is not Kind.SAME for each in pieces):
                yield tuple(pieces)
            pieces = []
        elif pieces and pieces[-1].kind is kind:
            pieces[-1] = Piece(kind, f"{pieces[-1].words} {word}")
        else:
            pieces.append(Piece(kind, word))
