"""New paragraphs for a Word file."""

from __future__ import annotations

from typing import Any

from lxml import etree

from service.documents.own.paragraphs import XML_SPACE
from service.documents.template import W


def paragraph(words: str, *properties: Any) -> Any:
    """A paragraph in the default style, with these properties."""
    made = etree.Element(f"{W}p")
    if properties:
        etree.SubElement(made, f"{W}pPr").extend(properties)
    run = etree.SubElement(made, f"{W}r")
    text = etree.SubElement(run, f"{W}t")
    text.text = words
    text.set(XML_SPACE, "preserve")
    return made


def element(name: str, **attributes: str) -> Any:
    """An element of Word's namespace with these attributes."""
    made = etree.Element(W + name)
    for each, value in attributes.items():
        made.set(W + each, value)
    return made


def set_words(changed: Any, words: str) -> None:
    """Give a paragraph other words, with the looks of its first run."""
    properties = changed.find(f"{W}r/{W}rPr")
    for each in list(changed):
        if each.tag != f"{W}pPr":
            changed.remove(each)
    run = etree.SubElement(changed, f"{W}r")
    if properties is not None:
        run.append(properties)
    text = etree.SubElement(run, f"{W}t")
    text.text = words
    text.set(XML_SPACE, "preserve")
