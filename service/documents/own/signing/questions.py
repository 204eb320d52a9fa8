"""Asks who signs where nothing says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.documents.admission import MAIN_PART
from service.documents.own.findings import Finding, Found, shortened
from service.documents.own.signing.blocks import Block
from service.documents.own.signing.find import Signing
from service.documents.own.source import said
from service.documents.template import W


def asked_about(signings: Iterable[Signing]) -> set[Any]:
    """The paragraphs about which there is such a question: nothing is written there before."""
    return {
        paragraph
        for signing in signings
        if signing.unsure
        for each in signing.elements
        for paragraph in each.iter(f"{W}p")
    }


def questions(signings: Iterable[Signing]) -> Iterator[tuple[Finding, Block]]:
    """A question for each block of which no words say whose it is, in the order of the text."""
    number = 0
    for signing in signings:
        lines = [said(each) for one in signing.elements for each in one.iter(f"{W}p")]
        for block in signing.unsure:
            number += 1
            words = block.words or shortened(" / ".join(filter(None, lines)))
            values: dict[str, str | int] = {"written": words, "number": number}
            heading = signing.spot.heading
            yield Finding(Found.SIGNATORY, MAIN_PART, words, values, heading=heading), block
