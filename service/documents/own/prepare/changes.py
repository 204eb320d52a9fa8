"""What was changed in a Word file. Words: ``templates/nl/texts/template_prepared.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.documents.own.findings import shortened
from service.texts import Language, text

LONGEST = 2_000
"""Characters of a text that a change repeats: whoever looks at it must see what is gone."""


_DOTS = re.compile(r"(?:[.…_·]\s?){4,}")


class What(StrEnum):
    CONTENTS = "contents"
    CROSS_REFERENCE = "cross_reference"
    LINK = "link"
    FIELD = "field"
    ANSWER = "answer"
    VALUE = "value"
    CONDITION = "condition"
    OWN = "own"
    REFERENCE = "reference"
    CHOICE = "choice"
    ITEMS = "items"
    REST = "rest"
    SENSITIVE = "sensitive"
    SIGNATURES = "signatures"
    HEADER_ROW = "header_row"
    TITLE = "title"
    HEADING = "heading"
    HEADER = "header"
    FOOTER = "footer"


@dataclass(frozen=True)
class Change:
    """``before`` and ``after`` are the words of the text, '' if there were none; ``heading`` is the
    one above, '' before the first one, and None where it says nothing: in a footer, or for a change
    of a heading or a whole file."""

    what: What
    before: str = ""
    after: str = ""
    heading: str | None = None

    @classmethod
    def at(cls, what: What, heading: str | None, before: str, after: str) -> Change:
        """One under this heading; long words are cut."""
        return cls(what, cut(before), cut(after), heading)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Change:
        """Of ``as_json``."""
        return cls(What(kept["what"]), kept["before"], kept["after"], kept["heading"])

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what.value,
            "before": self.before,
            "after": self.after,
            "heading": self.heading,
        }


PLAIN = frozenset({What.VALUE, What.OWN, What.HEADING, What.HEADER_ROW, What.TITLE, What.FOOTER})
"""Changes with nothing to decide; the same one in several places is told once."""

TOGETHER = frozenset({What.CROSS_REFERENCE, What.LINK})
"""Changes to look at, of which a contract may have many: told as one, with all their words."""


@dataclass(frozen=True)
class Told:
    """A change as told: the words before it and the headings of all places where it was made, with
    '' for a place before the first heading."""

    change: Change
    before: tuple[str, ...]
    headings: tuple[str, ...]
    times: int


@dataclass(frozen=True)
class Prepared:
    """The Word file with the changes made; no changes leave the file as it was."""

    docx: bytes
    changes: tuple[Change, ...]


def told(changes: Iterable[Change]) -> list[Told]:
    """The changes in their order, plain ones that are the same as one."""
    groups: dict[object, list[Change]] = {}
    for number, each in enumerate(changes):
        key = (each.what, each.after) if each.what in PLAIN | TOGETHER else number
        groups.setdefault(key, []).append(each)
    return [
        Told(
            found[0],
            tuple(dict.fromkeys(each.before for each in found)),
            tuple(dict.fromkeys(each.heading for each in found if each.heading is not None)),
            len(found),
        )
        for found in groups.values()
    ]


def in_words(told: Told, language: Language) -> str:
    """A sentence; what was written stands between backticks."""
    key = f"template_prepared.change.{told.change.what.value}"
    before = "`, `".join(told.before)
    return text(key, language, before=before, after=told.change.after, times=told.times)


def cut(text: str) -> str:
    """The words of a text, or its beginning and its end if it is long."""
    words = " ".join(_DOTS.sub("… ", text).split())
    if len(words) <= LONGEST:
        return words
    return f"{shortened(words)} {words[-LONGEST // 2 :]}"
