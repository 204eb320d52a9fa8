"""Makes plain text of Word's fields, so that the rest of a contract can be filled in.

Word renews a reference, a table of contents or a date; Zegel does not, and prints what stands
there. What would become false then is left open or left out. Fields that fetch something stay:
such a file is refused. A field with a tracked change stays too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from service.documents.admission import MAIN_PART
from service.documents.builder.body import MARK_SCHEME
from service.documents.fields import (
    BEGIN,
    END,
    KNOWN,
    SEPARATE,
    WITHIN,
    field_name,
    unknown_fields_with_places,
)
from service.documents.own.open_characters import opened
from service.documents.own.paragraphs import XML_SPACE
from service.documents.own.places import HYPERLINK, unwrap
from service.documents.own.prepare.changes import Change, What
from service.documents.own.prepare.contents import leave_out
from service.documents.own.source import Source, value
from service.documents.own.where import Above
from service.documents.template import R_ID, W
from service.texts import OURS, table

CONTENTS = ("TOC", "INDEX", "TOA")
REFERENCES = ("REF", "NOTEREF", "SEQ")
DATES = ("DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE")
PAGES = ("PAGEREF", *KNOWN)
FORMS = ("MERGEFIELD", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN")
TRACKED = ("ins", "del", "moveFrom", "moveTo")
WORDS_BEFORE = 2
_NAMED = re.compile(r'\S+\s+(?:"([^"]*)"|(\S+))')
_SCHEME = re.compile(r"^(?:https?://(?:www\.)?|mailto:)|/$")


@dataclass(eq=False)
class Field:
    """``marks`` are the elements that make it a field, ``shown`` those of its result."""

    first: Any
    marks: list[Any] = field(default_factory=list)
    shown: list[Any] = field(default_factory=list)
    instruction: str = ""
    separated: bool = False
    outer: Field | None = None

    @property
    def name(self) -> str:
        return field_name(self.instruction)

    @property
    def words(self) -> str:
        return "".join(each.text or "" for each in self.shown if each.tag == f"{W}t")

    @property
    def contents(self) -> Field | None:
        """The table of contents that it is or stands in."""
        if self.name in CONTENTS:
            return self
        return None if self.outer is None else self.outer.contents


def fetches(source: Source) -> bool:
    """Whether a field is there that is not known to fetch nothing, or that is not a whole field."""
    unknown = (each for part in source.parts.values() for each in unknown_fields_with_places(part))
    return any(each.name not in WITHIN for each in unknown)


def unlink(source: Source) -> Iterator[Change]:
    """Do so in every part with text. Comes first: what is written then may be an open place."""
    above = Above(source)
    for name, part in source.texts.items():
        fields = [each for each in _fields(part) if not _tracked(each)]
        for each in fields:
            if each.name in CONTENTS:
                inner = [mark for other in fields if other.contents is each for mark in other.marks]
                yield from leave_out(each.first, each.marks[-1], [*inner, *each.shown], above)
        for each in fields:
            known = each.name in WITHIN or (each.name in KNOWN and name == MAIN_PART)
            if known and not each.contents:
                yield from _plain(each, above)
    yield from _links(source, above)


def _fields(part: Any) -> list[Field]:
    """All fields that are whole, in the order in which they end."""
    found: list[Field] = []
    opened_now: list[Field] = []
    for run in list(part.iter(f"{W}r", f"{W}fldSimple")):
        if run.tag == f"{W}fldSimple":
            shown = list(run.iter(f"{W}t", f"{W}tab", f"{W}br"))
            whole = Field(run, [run], shown, value(run, "instr") or "", separated=True)
            whole.outer = opened_now[-1] if opened_now else None
            found.append(whole)
            continue
        for each in list(run):
            mark = value(each, "fldCharType") if each.tag == f"{W}fldChar" else None
            if mark == BEGIN:
                new = Field(each, [each], outer=opened_now[-1] if opened_now else None)
                opened_now.append(new)
            elif not opened_now or each.tag == f"{W}rPr":
                continue
            elif mark == SEPARATE:
                opened_now[-1].marks.append(each)
                opened_now[-1].separated = True
            elif mark == END:
                opened_now[-1].marks.append(each)
                found.append(opened_now.pop())
            elif each.tag == f"{W}instrText" and not opened_now[-1].separated:
                opened_now[-1].instruction += "".join(each.itertext())
                opened_now[-1].marks.append(each)
            else:
                for around in opened_now:
                    if around.separated:
                        around.shown.append(each)
    return found


def _tracked(each: Field) -> bool:
    tags = [W + tag for tag in TRACKED]
    return any(
        next(part.iterancestors(*tags), None) is not None for part in (*each.marks, *each.shown)
    )


def _plain(each: Field, above: Above) -> Iterator[Change]:
    """Keep the words that it shows, or leave a place open if they would not be true."""
    words, name = each.words, each.name
    before, heading = _before(each), above.heading(each.first)
    written = table("template_prepared", OURS)["fields"]
    broken = not words.strip() or re.match(written["error"], words)
    instead = ""
    if name in DATES:
        instead = written["date"]
    elif name in PAGES:
        instead = written["page"]
    elif name in FORMS:
        instead = _form(each)
    elif name in REFERENCES and broken:
        instead = written["reference"]
    if instead:
        _write(each, instead)
    _drop_marks(each)
    if instead and name not in FORMS:
        yield Change.at(What.FIELD, heading, f"{before} {words}", instead)
    elif name in REFERENCES and not instead:
        yield Change.at(What.CROSS_REFERENCE, heading, f"{before} {words}", "")
    elif name == "HYPERLINK":
        yield from _link(words, _argument(each.instruction), heading)


def _form(each: Field) -> str:
    """What stands where a form was to be filled in: its own words as an open place."""
    words = " ".join(each.words.split())
    asked = value(each.first.find(f".//{W}textInput/{W}default"))
    if each.name == "FORMTEXT" and words and words != asked:
        return ""  # somebody filled it in
    if each.name == "FORMCHECKBOX":
        return "☐"
    if each.name == "FORMDROPDOWN":
        words = " / ".join(value(item) or "" for item in each.first.iter(f"{W}listEntry"))
    elif each.name == "MERGEFIELD":
        words = words or _argument(each.instruction)
        words = words.strip("«»").replace("_", " ")
    return words if words and opened().fullmatch(words) else f"[{words or '…'}]"


def _argument(instruction: str) -> str:
    found = _NAMED.match(instruction.strip())
    return "" if not found or (found[2] or "").startswith("\\") else found[1] or found[2]


def _before(each: Field) -> str:
    """The last words before it in its paragraph."""
    paragraph = next(each.first.iterancestors(f"{W}p"), None)
    words: list[str] = []
    for element in () if paragraph is None else paragraph.iter(f"{W}t", each.first.tag):
        if element is each.first:
            break
        words.append(element.text or "" if element.tag == f"{W}t" else "")
    return " ".join("".join(words).split()[-WORDS_BEFORE:])


def _write(each: Field, words: str) -> None:
    """Other words instead of those that it shows."""
    texts = [shown for shown in each.shown if shown.tag == f"{W}t"]
    for other in each.shown:
        if other not in texts[:1]:
            other.getparent().remove(other)
    if texts:
        text = texts[0]
    elif each.first.tag == f"{W}fldSimple":
        text = etree.SubElement(etree.SubElement(each.first, f"{W}r"), f"{W}t")
    else:
        text = etree.Element(f"{W}t")
        each.marks[-1].addnext(text)
    text.text = words
    text.set(XML_SPACE, "preserve")


def _drop_marks(each: Field) -> None:
    for mark in each.marks:
        if mark.tag == f"{W}fldSimple":
            unwrap(mark)
            continue
        run = mark.getparent()
        run.remove(mark)
        if all(left.tag == f"{W}rPr" for left in run) and run.getparent() is not None:
            run.getparent().remove(run)


def _links(source: Source, above: Above) -> Iterator[Change]:
    """Say which addresses are lost behind words; the words stay."""
    for name, part in source.texts.items():
        folder, _, file = name.rpartition("/")
        related = source.parts.get(f"{folder}/_rels/{file}.rels")
        targets = {
            each.get("Id"): str(each.get("Target"))
            for each in ([] if related is None else related)
            if each.get("Type") == HYPERLINK
        }
        for link in part.iter(f"{W}hyperlink"):
            target = targets.get(link.get(R_ID), "")
            if not target.startswith(MARK_SCHEME):
                words = "".join(each.text or "" for each in link.iter(f"{W}t"))
                yield from _link(words, target, above.heading(link))


def _link(words: str, address: str, heading: str | None) -> Iterator[Change]:
    plain = _SCHEME.sub("", address.casefold())
    if words.strip() and plain and plain not in words.casefold():
        yield Change.at(What.LINK, heading, f"{words.strip()} ({address})", "")
