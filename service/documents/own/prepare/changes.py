"""What was changed in a Word file. Words: ``templates/nl/texts/template_prepared.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.documents.own.findings import shortened
from service.texts import Language, text

LONGEST = 300
"""Characters of a text that a change repeats."""


class What(StrEnum):
    ANSWER = "answer"
    VALUE = "value"
    CONDITION = "condition"
    OWN = "own"
    REFERENCE = "reference"
    CHOICE = "choice"
    ITEMS = "items"
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
    one above."""

    what: What
    before: str = ""
    after: str = ""
    heading: str = ""

    @classmethod
    def at(cls, what: What, heading: str, before: str, after: str) -> Change:
        """One under this heading; long words are cut."""
        return cls(what, cut(before), cut(after), heading)

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> Change:
        """Of ``as_json``."""
        return cls(What(kept["what"]), kept["before"], kept["after"], kept["heading"])

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what.value,
            "before": self.before,
            "after": self.after,
            "heading": self.heading,
        }


@dataclass(frozen=True)
class Prepared:
    """The Word file with the changes made; no changes leave the file as it was."""

    docx: bytes
    changes: tuple[Change, ...]


def in_words(change: Change, language: Language) -> str:
    """A sentence; what was written stands between backticks."""
    key = f"template_prepared.change.{change.what.value}"
    return text(key, language, before=change.before, after=change.after)


def cut(text: str) -> str:
    """The words of a text, or its beginning and its end if it is long."""
    words = " ".join(text.split())
    if len(words) <= LONGEST:
        return words
    return f"{shortened(words)} {words[-LONGEST // 2 :]}"
