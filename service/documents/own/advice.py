"""What is probably meant by a place left open: the words around it tell, or its heading
(``templates/nl/texts/template_open.toml``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from service.documents.own import names
from service.documents.own.open_characters import opened, unit_after, unit_before
from service.documents.own.sure import (
    Place,
    certain,
    column_head,
    is_general,
    said_in,
    says_nothing,
)
from service.documents.own.where import Spot
from service.documents.template import W
from service.texts import OURS, table

FEWEST = 3  # words of a sentence
BEFORE = 90  # characters in which a word says what is meant
_ITEMS = re.compile(r"(?:\b[\w-]+,\s*){2,}$")
_TO_SOMEBODY = re.compile(r"\b(?:aan|naar)(?:\s+het)?(?:\s+(?:e-?mail)?adres)?\s*$", re.IGNORECASE)
OF_OFFICER = {"controller.email": "annex.dpo.email", "phone": "annex.dpo.phone"}


def advised(spot: Spot, text: str, at: int, end: int, inside: str) -> tuple[dict[str, str], bool]:
    """What is meant, and whether the text itself says so: ``advice`` is a key of the catalogue,
    ``field`` what to write."""
    cell = next(spot.paragraph.iterancestors(f"{W}tc"), None)
    cell = cell if cell is not None and cell.getparent().tag == f"{W}tr" else None
    unit = unit_after(text[end:]) or unit_before(text[:at])
    known = None if unit else certain(Place(spot, text, at, end, inside, cell))
    if known:
        return _field(known.path, spot, ours=known.ours), True
    if unit and _meant(inside) in ("", "term", "amount"):
        return {"advice": f"{unit.kind}_unit", "unit": unit.word}, False
    listed = (not inside or says_nothing(inside)) and _ITEMS.search(text[:at])
    head = f"{column_head(cell)} {row_label(cell)}" if cell is not None else ""
    for words in (inside, f"{head} {text[max(0, at - BEFORE) : at]}", spot.heading):
        meant = _meant(words)
        if meant == "heading":
            meant = _meant(spot.heading)
        if not meant:
            continue
        if meant == "nothing" or (listed and meant not in names.LISTS):
            return {}, False
        if inside and meant == "annex.dpo.name":
            meant = _of_officer(inside)
        elif meant == "controller.name" and _is_of_contact(inside, head + text[:at]):
            meant = "controller.representative.name"
        if _meant_of(text[:at]) == "annex.dpo.name" and not inside:
            meant = OF_OFFICER.get(meant, meant)
        if meant == "date" and _in_sentence(text, at):
            return {"advice": "date_in_words"}, False
        if meant not in names.DECLARED and meant not in ("signature", "date"):
            return {"advice": meant}, False
        ours = _is_ours(cell, f"{head} {inside or words}")
        if ours and not inside and _TO_SOMEBODY.search(words):
            return {}, False  # what the processor sends goes to the other one, or to a third
        return _field(meant, spot, ours=ours), False
    return {}, False


def _of_officer(inside: str) -> str:
    """What brackets ask of the data protection officer."""
    officer = dict(_meanings())["annex.dpo.name"]
    return OF_OFFICER.get(_meant(officer.sub("", inside)), "annex.dpo.name")


def _is_of_contact(inside: str, before: str) -> bool:
    """Whether `[naam]` is that of a contact, by the words before it."""
    rules = table("template_open", OURS)
    return is_general(inside) and bool(re.search(rules["contact"], before, re.IGNORECASE))


def _in_sentence(text: str, at: int) -> bool:
    """Whether a date stands among other words, where it cannot be that of a signature."""
    words = re.findall(r"[^\W\d]+", opened().sub("", text))
    return len(words) >= FEWEST and not text[:at].rstrip().endswith(":")


def _is_ours(cell: Any, words: str) -> bool:
    """Whether words name the processor; in a table, whether another column is the customer's."""
    party = table("template_open", OURS)["party"]
    if re.search(party["processor"], words, re.IGNORECASE):
        return True
    if cell is None or re.search(party["controller"], column_head(cell), re.IGNORECASE):
        return False
    first = next(cell.getparent().getparent().iter(f"{W}tr"))
    return any(
        re.search(party["controller"], said_in(each), re.IGNORECASE)
        for each in first.findall(f"{W}tc")
    )


def _field(meant: str, spot: Spot, *, ours: bool) -> dict[str, str]:
    """The placeholder for a value or place."""
    if meant in ("signature", "date"):
        annex = re.search(table("template_open", OURS)["annex"]["heading"], spot.chapter, re.I)
        key = f"{'processor' if ours else 'controller'}_{'annex' if annex else 'agreement'}"
        return {"advice": "place", "field": names.shown_place(key, meant)}
    path = meant
    if ours and (other := path.replace("controller.", "processor.")) in names.DECLARED:
        path = other
    field = names.shown(path)
    if path in names.LISTS:
        listed = "special" if path in names.OF_SPECIAL else "list"
        return {"advice": listed, "field": field, "path": path}
    guard = next(_guards(path), "")
    found = {"field": field, "whole": f"{{{{ {field} }}}}", "path": path}
    if guard:
        return {"advice": "guarded", "guard": guard, **found}
    return {"advice": "field", **found}


def _guards(path: str) -> Iterator[str]:
    """What is to be tested before this value can be printed: itself, or what it is part of."""
    for depth in range(path.count(".") + 1):
        part = path.rsplit(".", depth)[0] if depth else path
        if part in names.DECLARED and names.DECLARED[part].nullable:
            yield names.shown(part)


@cache
def _meanings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    meanings = table("template_open", OURS)["meanings"]
    return tuple((key, re.compile(words, re.IGNORECASE)) for key, words in meanings.items())


def _meant_of(words: str) -> str:
    """Whom the words before a place are about, if that is the data protection officer."""
    officer = dict(_meanings())["annex.dpo.name"]
    return "annex.dpo.name" if officer.search(words) else ""


def _meant(words: str) -> str:
    """The key of what the last telling word stands for; the first of the catalogue if two end at
    the same place. Of `nummer van de klant` the party is not what is asked."""
    whose = table("template_open", OURS)["whose"]
    return _last_meant(re.sub(whose, "", words)) or _last_meant(words)


def _last_meant(words: str) -> str:
    best, last = "", -1
    for key, pattern in _meanings():
        for found in pattern.finditer(words):
            if found.end() > last:
                best, last = key, found.end()
    return best


def row_label(cell: Any) -> str:
    """The words of a row's first cell, for another cell of it."""
    first = cell.getparent().find(f"{W}tc")
    return said_in(first) if first is not cell else ""
