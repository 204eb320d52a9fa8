"""The filters of lists and the archive besides dates and words.

Each is one more search word of the agreement, which nobody can type, so that one index finds all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from service.agreement.annex import flags
from service.agreement.model import Agreement
from service.agreement.progress import Stage, month_of, stage_of

Kind = Literal[
    "service", "country", "template", "flag", "owner", "state", "imported", "origin", "sent",
    "stage",
]  # fmt: skip
# Reasons for review that are about the data themselves: special categories (art. 9 GDPR), criminal
# data (art. 10), national numbers, and minors.
FLAGS = ("special", "criminal", "national_number", "minors")
_MARK = "="
_LETTER: dict[Kind, str] = {
    "service": "d",
    "country": "l",
    "template": "t",
    "flag": "v",
    "owner": "o",
    "state": "s",
    "imported": "i",
    "origin": "h",
    "sent": "m",
    "stage": "p",
}
# Of a SHA-256 and an id the beginning says enough.
_DIGITS: dict[Kind, int] = {"template": 8, "owner": 12}
ANY = "any"
"""For ``sent``: whenever it was."""
OPENED = "opened"
"""For ``stage``: all in which the link was opened."""
_STAGES: dict[str, str] = {
    Stage.OURS_FIRST: "ua", Stage.UNOPENED: "ub", Stage.STOPPED_UNOPENED: "uc",
    Stage.DETAILS: "oa", Stage.ANNEX: "ob", Stage.TEXT: "oc", Stage.SIGNED: "od", Stage.DONE: "oe",
    Stage.STOPPED_DETAILS: "of", Stage.STOPPED_ANNEX: "og", Stage.STOPPED_TEXT: "oh",
    Stage.STOPPED_SIGNED: "oi", OPENED: "o",
}  # fmt: skip


@dataclass(frozen=True)
class Facets:
    """Empty values do not filter. ``template`` is the SHA-256 of the Word file, ``country`` the ISO
    3166 code of the controller's, ``sent`` a month such as 2026-11 or ``ANY``, ``stage`` one of
    ``Stage`` or ``OPENED``."""

    template: str = ""
    service: str = ""
    flag: str = ""
    country: str = ""
    sent: str = ""
    stage: str = ""

    @property
    def chosen(self) -> dict[Kind, str]:
        """Those to search for: whatever has a stage was sent at some time."""
        given: dict[Kind, str] = asdict(self)  # type: ignore[assignment]
        return given | {"sent": ""} if self.sent == ANY and self.stage else given


def words_for(chosen: Mapping[Kind, str]) -> tuple[str, ...]:
    return tuple(facet_word(kind, value) for kind, value in chosen.items() if value)


def facet_word(kind: Kind, value: str) -> str:
    """Of letters, digits and underscores behind a mark, whatever the value is."""
    if kind == "stage":
        value = _STAGES[value]
    plain = re.sub("[^a-z0-9_]", "", value.lower())
    return f"{_MARK}{_LETTER[kind]}{plain[: _DIGITS.get(kind)]}"


def is_facet(word: str) -> bool:
    return word.startswith(_MARK)


def facet_words(agreement: Agreement) -> list[str]:
    """Those that the agreement knows: not the import that made it, nor whether its customer began
    it."""
    given: list[tuple[Kind, str]] = [("service", each) for each in agreement.services]
    given += [
        ("country", agreement.controller.country),
        ("template", agreement.template_sha256),
        ("owner", agreement.sender_id),
        ("state", agreement.state.value),
    ]
    given += [("flag", each) for each in flags(agreement.annex) if each in FLAGS]
    if agreement.sent_at and (stage := stage_of(agreement)):
        given += [("sent", month_of(agreement.sent_at)), ("sent", ANY), ("stage", stage)]
        given += [("stage", OPENED)] if stage.opened else []
    return [facet_word(kind, value) for kind, value in given if value]
