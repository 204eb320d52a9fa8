"""What is found in a Word file. Words for each code: ``templates/nl/texts/template_findings.toml``.

A fault must be mended before the file can be a template; a warning says what will be different
from the file, or what may be a mistake.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from service.agreement.template_version import TemplateVersion


class Severity(StrEnum):
    FAULT = "fault"
    WARNING = "warning"


class Found(StrEnum):
    """The code of a finding. A code never changes its meaning: programs read it."""

    # the file as a whole
    TOO_LARGE = "too_large"
    NO_WORD_FILE = "no_word_file"
    NOT_EXAMINED = "not_examined"
    PART = "part_refused"
    EXTERNAL = "external"
    MARKUP = "markup"
    FIELD = "field"
    FIELD_WITHIN = "field_within"
    PAGE_NUMBER = "page_number"

    # what nobody will fill in by hand
    OPEN_PLACE = "open_place"
    OPEN_LABEL = "open_label"
    STRIKE_OUT = "strike_out"
    SIGNATORY = "signatory"

    # placeholders and statements
    UNCLOSED = "unclosed"
    UNKNOWN = "unknown"
    EXPRESSION = "expression"
    STATEMENT = "statement"
    UNBALANCED = "unbalanced"
    CROSSES = "crosses"
    NESTED_LOOP = "nested_loop"
    NOT_A_LIST = "not_a_list"
    PRINTS_MANY = "prints_many"
    PRINTS_YES_NO = "prints_yes_no"
    UNGUARDED = "unguarded"
    ALWAYS_THERE = "always_there"
    OUTSIDE_LOOP = "outside_loop"
    TOO_MANY = "too_many"
    VALUE_MISSING = "value_missing"
    VALUE_NOT_PRINTED = "value_not_printed"
    NOT_FILLED = "not_filled"
    NOT_MADE = "not_made"

    # signature places
    PLACE_UNKNOWN = "place_unknown"
    PLACE_MISSING = "place_missing"
    PLACE_REPEATED = "place_repeated"
    PLACE_OUTSIDE = "place_outside"
    PLACE_NOT_ALONE = "place_not_alone"
    PLACE_CONDITIONAL = "place_conditional"
    PLACE_NARROW = "place_narrow"
    DATE_MISSING = "date_missing"
    DATE_NOT_ABOVE = "date_not_above"

    # what the printed text and the reading view cannot both show
    TRACKED = "tracked"
    COMMENT = "comment"
    HIDDEN = "hidden"
    CAPITALS = "capitals"
    TEXT_BOX = "text_box"
    FOOTNOTE = "footnote"
    EQUATION = "equation"
    SYMBOL = "symbol"
    HEADER_TEXT = "header_text"
    FOOTER_MISSING = "footer_missing"
    NUMBERING = "numbering"
    NESTED_TABLE = "nested_table"

    # an accessible PDF, and how it looks
    TITLE_MISSING = "title_missing"
    TITLE_REPEATED = "title_repeated"
    HEADINGS_MISSING = "headings_missing"
    HEADING_SKIPS = "heading_skips"
    HEADING_LOOKS = "heading_looks"
    TABLE_HEADER = "table_header"
    PICTURE_TEXT = "picture_text"
    EMPTY_PARAGRAPHS = "empty_paragraphs"
    BORDER = "border"
    LANGUAGE = "language"
    FONT = "font"
    CHARACTER = "character"


WARNINGS = frozenset(
    {
        Found.VALUE_NOT_PRINTED,
        Found.HEADING_LOOKS,
        Found.EMPTY_PARAGRAPHS,
        Found.BORDER,
        Found.LANGUAGE,
        Found.FONT,
    }
)
STOPPING = frozenset(
    {
        Found.TOO_LARGE,
        Found.NO_WORD_FILE,
        Found.NOT_EXAMINED,
        Found.PART,
        Found.EXTERNAL,
        Found.MARKUP,
        Found.FIELD,
    }
)
"""A file with one of these is not changed: only Word can mend it."""

LONGEST_PLACE = 90
MOST_FINDINGS = 200


@dataclass(frozen=True)
class Finding:
    """``part`` is the part of the package, ``paragraph`` the beginning of the text there or the
    words around the place, both empty for the file as a whole; ``heading`` is the one above it;
    ``page`` is known once pages were made; ``near_page`` is where Word had the place when the file
    was saved."""

    code: Found
    part: str = ""
    paragraph: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)
    page: int | None = None
    heading: str = ""
    near_page: int | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Finding:
        """Of ``as_json``."""
        code, page = Found(kept["code"]), kept.get("page")
        heading, near = kept.get("heading", ""), kept.get("near_page")
        return cls(code, kept["part"], kept["paragraph"], kept["values"], page, heading, near)

    def as_json(self) -> dict[str, Any]:
        """As stored, and as the process with limits answers."""
        return {
            "code": self.code.value,
            "part": self.part,
            "paragraph": self.paragraph,
            "values": dict(self.values),
            "page": self.page,
            "heading": self.heading,
            "near_page": self.near_page,
        }

    @property
    def answerable(self) -> bool:
        """Whether a person can say on a page what is to be there: words, or which party signs. A
        signature is no words."""
        if self.code is Found.SIGNATORY:
            return True
        open_place = self.code in (Found.OPEN_PLACE, Found.OPEN_LABEL)
        return open_place and self.values.get("advice") != "place"

    @property
    def key(self) -> str:
        """Names what was found at one place, or at places that look the same."""
        told = (self.code.value, self.part, self.paragraph, self.heading, dict(self.values))
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def severity(self) -> Severity:
        return Severity.WARNING if self.code in WARNINGS else Severity.FAULT


@dataclass(frozen=True)
class Checked:
    """Everything found. ``template`` is None while there is a fault."""

    findings: tuple[Finding, ...]
    title: str = ""
    places: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    template: TemplateVersion | None = None


def shortened(text: str) -> str:
    """The beginning of a paragraph's text, enough to find it by."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_PLACE else words[: LONGEST_PLACE - 1].rstrip() + "…"
