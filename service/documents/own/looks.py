"""Fonts, characters and language: what a template may not bring along, and what it gets instead.

Documents use only the fonts that ship with Zegel, so that every machine makes the same pages; and
they are Dutch, so that a screen reader pronounces them well.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from service.documents.builder.styles import FONT, LANGUAGE
from service.documents.fonts import ShippedFonts
from service.documents.own.findings import Finding, Found, shortened
from service.documents.own.paragraphs import text_of
from service.documents.own.source import NUMBERING, STYLES, Source, value
from service.documents.own.styles import Styles
from service.documents.template import W

FACES = ("ascii", "hAnsi", "cs", "eastAsia")
THEME = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SAME_WIDTH = ("Calibri", FONT)
"""Carlito was drawn with the widths of Calibri: no line breaks elsewhere."""

BULLET = "•"
PRIVATE = "Co"  # where Symbol and Wingdings have their bullets
MOST_CHARACTERS = 20


def check_looks(source: Source, fonts: ShippedFonts) -> Iterator[Finding]:
    """Fonts that are replaced, characters that cannot be printed, another language."""
    names = sorted({name for name in _font_names(source) if name not in SAME_WIDTH})
    if names:
        yield Finding(Found.FONT, values={"name": ", ".join(names), "instead": FONT})
    told: set[str] = set()
    for name, paragraph in source.paragraphs():
        for character in fonts.unprintable(text_of(paragraph).replace("\u2011", "")):
            if character in told or len(told) >= MOST_CHARACTERS or not character.isprintable():
                continue
            told.add(character)
            described = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
            place = shortened(text_of(paragraph))
            values = {"character": character, "name": described}
            yield Finding(Found.CHARACTER, name, place, values)
    language = main_language(source)
    if language.partition("-")[0] != LANGUAGE.partition("-")[0]:
        yield Finding(Found.LANGUAGE, values={"language": language or "?", "instead": LANGUAGE})


def main_language(source: Source) -> str:
    """The language of most of the text, as Word's spelling check sees it; '' if none is set."""
    styles, lengths = Styles(source), Counter[str]()
    root = source.parts.get(STYLES)
    default = None if root is None else root.find(
        f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang"
    )  # fmt: skip
    for paragraph in source.document.iter(f"{W}p"):
        inherited = styles.inherited(styles.of(paragraph), "rPr/lang")
        usual = value(inherited if inherited is not None else default) or ""
        for run in paragraph.iter(f"{W}r"):
            text = "".join(each.text or "" for each in run.findall(f"{W}t"))
            lengths[value(run.find(f"{W}rPr/{W}lang")) or usual] += len(text)
    return max(lengths, key=lambda each: lengths[each], default="")


def _font_names(source: Source) -> Iterator[str]:
    """The fonts of the text's own runs, of the styles they use and of the theme behind those."""
    styles = Styles(source)
    used = {styles.of(paragraph) for _, paragraph in source.paragraphs()}
    used |= {str(value(each)) for part in source.texts.values() for each in part.iter(f"{W}rStyle")}
    named = [each for part in source.texts.values() for each in part.iter(f"{W}rFonts")]
    for style in used:
        found = styles.inherited(style, "rPr/rFonts")
        if found is not None:
            named.append(found)
    root = source.parts.get(STYLES)
    if root is not None:
        named += root.findall(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}rFonts")
    for fonts in named:
        for face in ("ascii", "hAnsi"):
            name = fonts.get(f"{W}{face}")
            if name and not fonts.get(f"{W}{face}Theme"):
                yield name
        theme = fonts.get(f"{W}asciiTheme")
        if theme:
            yield from _theme_font(source, theme)


def _theme_font(source: Source, theme: str) -> Iterator[str]:
    kind = "majorFont" if theme.startswith("major") else "minorFont"
    for name, part in source.parts.items():
        if name.startswith("word/theme/"):
            for each in part.iter(f"{THEME}{kind}"):
                latin = each.find(f"{THEME}latin")
                if latin is not None and latin.get("typeface"):
                    yield str(latin.get("typeface"))


def use_our_looks(source: Source) -> None:
    """Our font everywhere, bullets that it has, and the language of the text."""
    for name, part in source.parts.items():
        for fonts in part.iter(f"{W}rFonts"):
            for attribute in list(fonts.attrib):
                del fonts.attrib[attribute]
            for face in FACES:
                fonts.set(f"{W}{face}", FONT)
        if name.startswith("word/theme/"):
            for latin in part.iter(f"{THEME}latin"):
                latin.attrib.clear()
                latin.set("typeface", FONT)
    numbering = source.parts.get(NUMBERING)
    for level in () if numbering is None else numbering.iter(f"{W}lvl"):
        words = level.find(f"{W}lvlText")
        if value(level.find(f"{W}numFmt")) == "bullet" and _strange(value(words) or ""):
            words.set(f"{W}val", BULLET)
    _set_language(source)


def _strange(bullet: str) -> bool:
    return bullet == "o" or any(unicodedata.category(each) == PRIVATE for each in bullet)


def _set_language(source: Source) -> None:
    language = main_language(source)
    if language.startswith("nl"):
        language = ""  # a few words of another language may keep it
    for part in source.parts.values():
        for each in list(part.iter(f"{W}lang")):
            if language and value(each) == language:
                each.getparent().remove(each)
    defaults = _made(source.parts[STYLES], "docDefaults/rPrDefault/rPr")
    for name, attributes in (
        ("rFonts", dict.fromkeys(FACES, FONT)),
        ("lang", dict.fromkeys(("val", "eastAsia", "bidi"), LANGUAGE)),
    ):
        element = _made(defaults, name)
        for attribute, written in attributes.items():
            element.set(f"{W}{attribute}", written)


def _made(parent: Any, path: str) -> Any:
    """The element at a path, made where it is missing."""
    for name in path.split("/"):
        found = parent.find(f"{W}{name}")
        if found is None:
            found = parent.makeelement(f"{W}{name}")
            parent.insert(0, found) if name in ("docDefaults", "rFonts") else parent.append(found)
        parent = found
    return parent
