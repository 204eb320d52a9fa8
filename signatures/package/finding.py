"""A finding about one part of an evidence package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from signatures.texts import words
from signatures.verdict.report import FAILS, UNKNOWN

LONGEST_NAME = 200


@dataclass(frozen=True)
class Finding:
    """Something that is wrong (``fails``) or that nothing proves (``unknown``).

    ``rule`` is one of ``report.RULES``, ``code`` has a sentence in ``texts``, ``name`` is the file,
    ``detail`` is for experts.
    """

    rule: str
    state: str
    code: str
    name: str = ""
    detail: str = ""

    def sentence(self, language: str = "nl") -> str:
        """The finding in plain words."""
        said: dict[str, Any] = words(language)["package"]["finding"]
        name = "".join(each if each.isprintable() else "�" for each in self.name)
        return str(said[self.code]).format(name=name, detail=self.detail)


def fails(rule: str, code: str, name: str = "", detail: str = "") -> Finding:
    """A part that differs from what was sealed."""
    return Finding(rule, FAILS, code, name[:LONGEST_NAME], detail[:LONGEST_NAME])


def unknown(rule: str, code: str, name: str = "", detail: str = "") -> Finding:
    """A part of which nothing sealed says what it must be."""
    return Finding(rule, UNKNOWN, code, name[:LONGEST_NAME], detail[:LONGEST_NAME])
