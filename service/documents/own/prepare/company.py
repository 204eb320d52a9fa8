"""Writes the processor's own data as placeholders, and the agreement's number under its title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.documents.admission import MAIN_PART
from service.documents.own import names
from service.documents.own.paragraphs import TOKEN, text_of, write
from service.documents.own.prepare.changes import Change, What
from service.documents.own.prepare.new import paragraph as new_paragraph
from service.documents.own.signing.lines import FUNCTION as FUNCTION_LINE
from service.documents.own.signing.lines import LINE, kinds
from service.documents.own.source import Source, said, value
from service.documents.own.styles import Styles
from service.documents.own.sure import said_in
from service.documents.own.where import spots
from service.documents.template import W
from service.texts import OURS, table, text

NAME, NUMBER, PERSON, FUNCTION = names.OWN
SHORTEST = 4
"""Characters: a shorter name may be a word of the text."""


NEAR = 60
"""Characters after a name in which its function may stand."""


def write_own(source: Source, own: Mapping[str, str]) -> Iterator[Change]:
    """Replace the data in ``own``, by their path, wherever the text has them; the function only
    near its representative: elsewhere it may be anybody's."""
    patterns = {
        path: pattern for path, pattern in map(_pattern, own.items()) if pattern is not None
    }
    beside = patterns.pop(FUNCTION, None)
    person = patterns.get(PERSON)
    for spot in spots(source):
        written = text_of(spot.paragraph)
        masked = TOKEN.sub(lambda each: "#" * len(each[0]), written)
        found = [
            (match.start(), match.end(), path)
            for path, pattern in patterns.items()
            for match in pattern.finditer(masked)
        ]
        found = [each for each in found if not _other_is_meant(masked, each, patterns)]
        if person and beside:
            ends = [each.end() for each in person.finditer(masked)]
            near = [beside.search(masked, end, end + NEAR) for end in ends]
            found += [(each.start(), each.end(), FUNCTION) for each in near if each]
        told = []
        last = len(written)
        for start, end, path in sorted(found, reverse=True):
            if end > last:
                continue
            last = start
            placeholder = f"{{{{ {names.shown(path)} }}}}"
            write(spot.paragraph, start, end, placeholder)
            told.append(Change.at(What.OWN, spot.above, written[start:end], placeholder))
        yield from reversed(told)
    if person and beside:
        yield from _functions(source, own[FUNCTION])


def _functions(source: Source, function: str) -> Iterator[Change]:
    """The function in a line or cell of its own, below or beside its representative."""
    placeholder = f"{{{{ {names.shown(FUNCTION)} }}}}"
    for spot in spots(source):
        words = text_of(spot.paragraph)
        start = len(words.rstrip()) - len(function)
        alone = words[max(start, 0) :].strip().casefold() == function.casefold()
        if not alone or kinds(words[:start]) not in (set(), {LINE}, {FUNCTION_LINE}):
            continue
        if any(PERSON in _paths(near) for near in _near(spot.paragraph)):
            told = words[start:].strip()
            write(spot.paragraph, start, start + len(function), placeholder)
            yield Change.at(What.OWN, spot.above, told, placeholder)


def _near(paragraph: Any) -> Iterator[str]:
    """The words of the line before, or of the cells above and before."""
    line = next(paragraph.itersiblings(f"{W}p", preceding=True), None)
    if line is not None:
        yield text_of(line)
        return
    cell = next(paragraph.iterancestors(f"{W}tc"), None)
    row = None if cell is None else cell.getparent()
    if row is None or row.tag != f"{W}tr":
        return
    at = row.findall(f"{W}tc").index(cell)
    if at:
        yield said_in(row.findall(f"{W}tc")[at - 1])
    above = next(row.itersiblings(f"{W}tr", preceding=True), None)
    cells = [] if above is None else above.findall(f"{W}tc")
    if at < len(cells):
        yield said_in(cells[at])


def _other_is_meant(text: str, found: tuple[int, int, str], patterns: Mapping[str, Any]) -> bool:
    """Where company and representative have the same name, both are found at one place: whether
    this is the wrong one, by the words before it."""
    start, end, path = found
    other = patterns.get({NAME: PERSON, PERSON: NAME}.get(path, ""))
    if other is None or not other.fullmatch(text, start, end):
        return False
    before = table("template_open", OURS)["meanings"]["controller.representative.name"]
    is_person = re.search(
        rf"(?:{before})(?:\s+[^\s,;.]+){{0,3}}\s*$",
        text[max(0, start - NEAR) : start],
        re.IGNORECASE,
    )
    return (path == PERSON) != bool(is_person)


def _pattern(datum: tuple[str, str]) -> tuple[str, re.Pattern[str] | None]:
    path, value = datum
    if path == NUMBER:
        digits = [each for each in value if each.isdigit()]
        if len(digits) < SHORTEST:
            return path, None
        return path, re.compile(r"\b(?:BE[\s.]*)?" + r"[\s.]?".join(digits) + r"\b", re.IGNORECASE)
    words = value.split()
    if len("".join(words)) < SHORTEST:
        return path, None
    return path, re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)")


def write_reference(source: Source) -> Iterator[Change]:
    """A line with the agreement's number under the title and subtitle, if the text does not print
    it."""
    if any("reference" in _paths(text_of(paragraph)) for _, paragraph in source.paragraphs()):
        return
    styles = Styles(source)
    titles = [each for part, each in source.paragraphs() if part == MAIN_PART and said(each)]
    title = next((each for each in titles if styles.is_title(styles.of(each))), None)
    if title is None:
        return
    words = text("template_prepared.written.reference", OURS, field=names.shown("reference"))
    line = new_paragraph(words)
    below = title.getnext()
    (below if _is_subtitle(below, styles) else title).addnext(line)
    yield Change(What.REFERENCE, "", words)


def _is_subtitle(line: Any, styles: Styles) -> bool:
    """Whether what stands right below a title goes with it: by its style, or in the middle."""
    if line is None or line.tag != f"{W}p" or not said(line) or "{%" in text_of(line):
        return False
    style = styles.of(line)
    if styles.name(style) == "subtitle":
        return True
    own = line.find(f"{W}pPr/{W}jc")
    centred = value(own if own is not None else styles.inherited(style, "pPr/jc")) == "center"
    return centred and styles.outline(style) is None and not said(line).endswith(":")


def _paths(written: str) -> set[str | None]:
    return {names.value_path(each[0][2:-2].strip()) for each in TOKEN.finditer(written)}
