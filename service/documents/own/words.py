"""Reads every placeholder and statement of a Word file, and writes each as Jinja and docxtpl want.

A statement alone in a paragraph or a table row takes that paragraph or row away with it, as
docxtpl's ``{%p`` and ``{%tr`` do; nobody has to write these letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from service.documents.own import expressions, names, paragraphs
from service.documents.own.clauses import LONGEST, clause
from service.documents.own.expressions import Scope, Test, Wrong
from service.documents.own.findings import Finding, Found
from service.documents.own.paragraphs import Token, text_of
from service.documents.own.source import Source
from service.documents.own.where import Spot, spots
from service.documents.template import W

MOST_TOKENS = 2_000
IN_PARAGRAPH, WHOLE_PARAGRAPH, WHOLE_ROW = "", "p", "tr"
BEGINS, ENDS = {"if": "endif", "for": "endfor"}, ("endif", "endfor")
_SCOPED = re.compile(r"^-?(?:(?:p|tr|tc|r)\s)?\s*")


@dataclass(frozen=True)
class PlaceToken:
    """A placeholder for a signature or its date."""

    mark: str
    key: str
    part: str
    paragraph: Any
    place: str
    """The beginning of the paragraph's text, as it was written."""

    heading: str
    conditional: bool


@dataclass(frozen=True)
class _Open:
    """A statement that has no end yet; ``outside`` is what tokens see before and after it."""

    statement: str
    written: str
    part: str
    place: str
    heading: str
    container: Any
    outside: Scope
    test: Test | None


@dataclass
class Words:
    """What all placeholders of a file are, and what is wrong with them."""

    findings: list[Finding] = field(default_factory=list)
    printed: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    places: list[PlaceToken] = field(default_factory=list)


def read_words(source: Source) -> Words:
    """Read all tokens and write them anew in ``source``."""
    reader = _Reader()
    part = ""
    for spot in spots(source):
        if spot.part != part:
            reader.end_part()
            part = spot.part
        reader.paragraph(spot)
    reader.end_part()
    return reader.words


class _Reader:
    def __init__(self) -> None:
        self.words = Words()
        self._open: list[_Open] = []
        self._scope = Scope()
        self._count = 0

    def paragraph(self, spot: Spot) -> None:
        """Read the tokens of one paragraph."""
        paragraph = spot.paragraph
        if paragraphs.unclosed(paragraph):
            found = Finding(Found.UNCLOSED, spot.part, spot.beginning, heading=spot.heading)
            self.words.findings.append(found)
            return
        found_here = paragraphs.tokens(paragraph)
        self._count += len(found_here)
        if self._count > MOST_TOKENS:
            if self._count - len(found_here) <= MOST_TOKENS:
                self.words.findings.append(Finding(Found.TOO_MANY, values={"most": MOST_TOKENS}))
            return
        written = []
        for token in found_here:
            try:
                written.append(self._token(spot, token))
            except Wrong as wrong:
                self._wrong(spot, token, wrong)
                written.append(token.text)
        for token, words in reversed(list(zip(found_here, written, strict=True))):
            paragraphs.replace(paragraph, token, words)

    def _wrong(self, spot: Spot, token: Token, wrong: Wrong) -> None:
        """Report a mistake. What the token was meant to print is not missing as well."""
        meant = wrong.path or names.value_path(wrong.values.get("nearest", "")) or ""
        if meant in names.LISTS:
            meant = f"{meant}[]" if meant in names.OF_WORDS else f"{meant}[].label"
        self.words.printed |= {meant} - {""}
        values = wrong.values
        if wrong.code is Found.UNGUARDED:
            words = text_of(spot.paragraph)
            path = wrong.path.removesuffix("[]")
            start, end, _ = clause(words, token.start, token.end, path)
            short = end - start <= LONGEST
            values = values | {"whole": words[start:end] if short else token.text}
        place = spot.around(token.start, token.end)
        self.words.findings.append(
            Finding(wrong.code, spot.part, place, values, heading=spot.heading)
        )

    def end_part(self) -> None:
        """Report the statements without an end."""
        for each in self._open:
            if each.container is not _ANY:
                values = {"name": each.written}
                self.words.findings.append(
                    Finding(Found.UNBALANCED, each.part, each.place, values, heading=each.heading)
                )
        self._open, self._scope = [], Scope()

    def _token(self, spot: Spot, token: Token) -> str:
        if token.text.startswith("{{"):
            return self._value(spot, token)
        if token.text.startswith("{#"):
            raise Wrong(Found.STATEMENT, name=token.text[:60])
        return self._statement(spot, token)

    def _value(self, spot: Spot, token: Token) -> str:
        inner = token.inner.translate(expressions.PLAIN)
        first, dot, rest = "".join(inner.split()).partition(".")
        mark = names.keyed("marks", first) if dot else None
        if mark:
            key = names.place_key(rest)
            if key is None:
                near = names.nearest(f"{first}.{rest}")
                raise Wrong(Found.PLACE_UNKNOWN, name=f"{first}.{rest}", nearest=near)
            at = (spot.part, spot.paragraph, spot.beginning, spot.heading)
            self.words.places.append(PlaceToken(mark, key, *at, bool(self._open)))
            return token.text
        source, path = expressions.value(inner, self._scope)
        if path:
            self.words.printed.add(path)
        return "{{ " + source + " }}"

    def _statement(self, spot: Spot, token: Token) -> str:
        paragraph = spot.paragraph
        plain = token.inner.translate(expressions.PLAIN).removesuffix("-").rstrip()
        plain = _SCOPED.sub("", plain)
        statement, rest = _named(plain)
        where = _extent(paragraph, token)
        container = _container(paragraph, where)
        if statement in BEGINS:
            source, scope, test = self._begun(statement, rest)
            at = (spot.part, spot.around(token.start, token.end), spot.heading)
            self._open.append(_Open(statement, plain, *at, container, self._scope, test))
            self._scope = scope
            return f"{{%{where} {source} %}}"
        opened = self._open[-1] if self._open else None
        if opened is None or (statement in ENDS and BEGINS[opened.statement] != statement):
            raise Wrong(Found.UNBALANCED, name=plain)
        if opened.container not in (container, _ANY):
            self._open.pop()
            self._scope = opened.outside
            raise Wrong(Found.CROSSES, name=plain, opened=opened.written)
        if statement in ENDS:
            self._open.pop()
            self._scope = opened.outside
            return f"{{%{where} {statement} %}}"
        return f"{{%{where} {self._otherwise(opened, statement, rest)} %}}"

    def _begun(self, statement: str, rest: str) -> tuple[str, Scope, Test | None]:
        if statement == "for":
            try:
                variable, path, item = expressions.loop(rest, self._scope)
            except Wrong as wrong:
                self._open_anyway(statement)
                raise wrong from None
            self.words.printed.add(path)
            loops = {**self._scope.loops, variable: item, expressions.LOOP: expressions.LOOP}
            return f"for {variable} in {path}", replace(self._scope, loops=loops), None
        try:
            test = expressions.test(rest, self._scope)
        except Wrong as wrong:
            self._open_anyway(statement)
            raise wrong from None
        self.words.tested |= test.paths
        present = self._scope.present | test.holds
        return f"if {test.source}", replace(self._scope, present=present), test

    def _open_anyway(self, statement: str) -> None:
        """A statement with a mistake still begins something, so that its end is no mistake too."""
        self._open.append(_Open(statement, "", "", "", "", _ANY, self._scope, None))

    def _otherwise(self, opened: _Open, statement: str, rest: str) -> str:
        if opened.statement != "if":
            raise Wrong(Found.UNBALANCED, name=statement)
        present = opened.outside.present | (opened.test.fails if opened.test else frozenset())
        self._scope = replace(opened.outside, present=present)
        if statement == "else":
            return "else"
        test = expressions.test(rest, self._scope)
        self.words.tested |= test.paths
        self._scope = replace(self._scope, present=present | test.holds)
        if opened.test:  # a following branch knows that both failed
            fails = opened.test.fails | test.fails
            self._open[-1] = replace(opened, test=replace(opened.test, fails=fails))
        return f"elif {test.source}"


class _Anywhere:
    """The container of a statement that was not understood: whatever ends it, ends it well."""


_ANY = _Anywhere()


def _named(plain: str) -> tuple[str, str]:
    """The statement by any of its names, and what follows it. Raises Wrong for any other."""
    words = plain.casefold().split()
    for length in (2, 1):
        statement = names.keyed("statements", " ".join(words[:length]))
        if statement and len(words) >= length:
            rest = plain.split(maxsplit=length)[length:]
            if bool(rest) != (statement in (*BEGINS, "elif")):
                raise Wrong(Found.STATEMENT, name=plain[:60])
            return statement, rest[0] if rest else ""
    raise Wrong(Found.STATEMENT, name=plain[:60])


def _extent(paragraph: Any, token: Token) -> str:
    """What a statement takes away with it: its row, its paragraph, or only itself."""
    if text_of(paragraph).strip() != token.text:
        return IN_PARAGRAPH
    cell = next(paragraph.iterancestors(f"{W}tc"), None)
    if cell is None:
        return WHOLE_PARAGRAPH
    row = cell.getparent()
    texts = "".join(text_of(each) for each in row.iter(f"{W}p"))
    if row.tag == f"{W}tr" and texts.strip() == token.text:
        return WHOLE_ROW
    return WHOLE_PARAGRAPH if len(cell.findall(f"{W}p")) > 1 else IN_PARAGRAPH


def _container(paragraph: Any, where: str) -> Any:
    if where == WHOLE_ROW:
        return next(paragraph.iterancestors(f"{W}tbl"))
    return paragraph.getparent() if where == WHOLE_PARAGRAPH else paragraph
