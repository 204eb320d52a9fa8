"""What Zegel changed in a contract, as its page tells it: changes of a kind together, each in one
line without what Word calls them, and in full below. Words: ``template_prepared.group`` and
``template_prepared.line``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from service.documents.own.prepare.changes import PLAIN, Change, Told, What, in_words
from service.texts import OURS, has_text, table, text

GROUPS = {
    What.ITEMS: "lists",
    What.CHOICE: "lists",
    What.REST: "rest",
    What.SENSITIVE: "sensitive",
    What.CONDITION: "condition",
    What.SIGNATURES: "signatures",
    What.FIELD: "field",
    What.CROSS_REFERENCE: "cross_reference",
    What.LINK: "link",
    What.CONTENTS: "contents",
    What.HEADER: "header",
    What.REFERENCE: "reference",
    What.ANSWER: "answer",
}
"""In the order of the page: first what only this page shows. A kind that is not here is told in
full, in lines of its own after these."""

SAID_WHOLE = frozenset({"field", "header", "reference", "answer", "rest"})
"""Groups whose lines have all words."""

LONGEST_POINT = 4
MOST_LISTED = 12
ENDS = 6
"""Words of a long text, both of its beginning and of its end."""

NEXT = "\xa0· "
"""Between points; no line begins with it."""

_CODE = Markup('<code class="code">{}</code>')
_VALUE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_STATEMENT = re.compile(r"\s*\{%[^%]*%\}")
_ELSE = re.compile(r"\s*\{% anders %\}\s*")
_LOOP = re.compile(r" in ([\w.]+) %\}")
_HALF = re.compile(r"^[^{}]*[}%]\}|\{[{%][^{}]*$")
_BOX = re.compile(r"^\s*(?:[☐□]|\[\s?\])")
_DOTS = re.compile(r"[\s….·_-]*$")


@dataclass(frozen=True)
class Full:
    """The sentence about a change, what stood there and what stands there now, and under which
    headings."""

    said: Markup
    before: str
    after: str
    headings: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Changes of a kind. ``title`` is '' for a change that is told in full; ``full`` is empty if
    the lines have all words."""

    title: str
    hint: str
    lines: Sequence[str]
    full: Sequence[Full]


def groups(changes: Iterable[Told]) -> list[Group]:
    """The changes that need a judgement."""
    weighty = [each for each in changes if each.change.what not in PLAIN]
    made = []
    for name in dict.fromkeys(GROUPS.values()):
        if found := [each for each in weighty if GROUPS.get(each.change.what) == name]:
            at = f"template_prepared.group.{name}"
            hint = text(f"{at}.hint", OURS) if has_text(f"{at}.hint", OURS) else ""
            lines = _once(_line(name, each) for each in found)
            full = [] if name in SAID_WHOLE else list(map(in_full, found))
            made.append(Group(text(f"{at}.title", OURS), hint, lines, full))
    others = [each for each in weighty if each.change.what not in GROUPS]
    return [*made, *(Group("", "", (), (in_full(each),)) for each in others)]


def plain(changes: Iterable[Told]) -> list[Full]:
    """The changes that the sample shows better."""
    return [in_full(each) for each in changes if each.change.what in PLAIN]


def in_full(told: Told) -> Full:
    """One change as the command says it too, and its words."""
    before = " / ".join(told.before)
    return Full(as_code(in_words(told, OURS)), before, told.change.after, told.headings)


def as_code(words: str) -> Markup:
    """A sentence in which what is to be typed, between backticks, can be copied whole."""
    pieces = words.split("`")
    typed = [_CODE.format(each) if at % 2 else escape(each) for at, each in enumerate(pieces)]
    return Markup("").join(typed)


def readable(words: str) -> str:
    """Words of a template as its sample shows them: names between brackets, no statements."""
    return _HALF.sub("…", _VALUE.sub(r"[\1]", _STATEMENT.sub("", words)))


def _once(lines: Iterable[str]) -> list[str]:
    """The same line in several places is told once."""
    counted = Counter(lines)
    return [
        _said("repeated", line=line, count=str(times)) if times > 1 else line
        for line, times in counted.items()
    ]


def _line(group: str, told: Told) -> str:
    change = told.change
    heading = readable(change.heading or "")
    kept, _, otherwise = (
        readable(each).strip() for each in _ELSE.sub("\0", change.after).partition("\0")
    )
    lists = _LOOP.findall(change.after) or _VALUE.findall(change.after)
    named = bool(lists) and lists[-1] in heading.casefold()
    gone = ", ".join(_not_asked(change))
    return _said(
        group,
        before=readable(change.before),
        after=kept,
        words=_ends(kept),
        gone_words=_ends(readable(change.before)),
        all_before=NEXT.join(_most(f"“{readable(each)}”" for each in told.before)),
        otherwise=_said("otherwise", words=otherwise) if otherwise else "",
        under=_said("under", heading=heading) if heading else "",
        where=heading or _said("start"),
        gone=_said("gone", labels=gone) if gone else "",
        named=_said("named", list=lists[-1]) if lists and not named else "",
        points=NEXT.join(_points(change)),
    )


def _said(key: str, **values: str) -> str:
    return text(f"template_prepared.line.{key}", OURS, **values)


def _ends(words: str) -> str:
    """The first and last words of a long text."""
    found = words.split()
    if len(found) <= 2 * ENDS + 2:
        return words
    return f"{' '.join(found[:ENDS])} … {' '.join(found[-ENDS:])}"


def _points(change: Change) -> Iterator[str]:
    """What could be chosen, each by its first words: a point for every customer must be seen."""
    words, apart = change.before, " / "
    if change.what is What.CHOICE:
        asked = rf"\s*\(?\s*(?:{'|'.join(table('template_open', OURS)['phrases'])})\s*\)?"
        words = re.sub(asked, "", words.partition(":")[2], flags=re.IGNORECASE)
        apart = "/" if "/" in words else ","
    found = [
        _DOTS.sub("", _BOX.sub("", each).strip(" ;,.")).rstrip(":") for each in words.split(apart)
    ]
    found = [readable(each) for each in found if each]
    yield from _most(map(_first_words, found))


def _most(lines: Iterable[str]) -> Iterator[str]:
    """The first of many, and how many more there are."""
    found = list(lines)
    yield from found[:MOST_LISTED]
    if len(found) > MOST_LISTED:
        yield _said("more", count=str(len(found) - MOST_LISTED))


def _first_words(point: str) -> str:
    kept, opened, _ = point.partition(" (")
    first = kept.split()
    if len(first) > LONGEST_POINT:
        return " ".join(first[:LONGEST_POINT]).rstrip(",;") + "…"
    return f"{kept} (…)" if opened else kept


def _not_asked(change: Change) -> Iterator[str]:
    """Labels of a signature table that it no longer has."""
    known: list[str] = table("template_open", OURS)["rows"]["nothing"]
    labels = [
        _DOTS.sub("", each.partition(":")[0]).casefold() for each in change.before.split(" / ")
    ]
    yield from (each for each in dict.fromkeys(labels) if each in known)
