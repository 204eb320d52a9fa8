"""Examines a Word file of unknown origin in a process of its own with limits.

A file of a few kilobytes can unpack to gigabytes or keep a parser busy for hours. The process has
no environment, no children and no files to write, and is killed by the kernel when it passes a
limit of processor time or memory; nothing of the file stays anywhere.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.agreement.template_version import TemplateVersion
from service.documents.largest import LARGEST_FILE
from service.documents.own.findings import Checked, Finding, Found
from service.documents.own.prepare.changes import Change, Prepared
from signatures.sandbox.limits import NotExamined, answer_of

LONGEST_SECONDS = 60.0
NOT_EXAMINED = Checked((Finding(Found.NOT_EXAMINED),))
_CHILD = "service.documents.own.child"


def examine(docx: bytes, version: str = "") -> Checked:
    """What ``check`` says of a file; what it could not examine has a finding that says so."""
    if len(docx) > LARGEST_FILE:
        return Checked((Finding(Found.TOO_LARGE),))
    try:
        told = _answer(docx, {"version": version})
    except NotExamined:
        return NOT_EXAMINED
    return _checked(told)


@dataclass(frozen=True)
class Ready:
    """A Word file with what Zegel filled in, and what is still found in it."""

    prepared: Prepared
    checked: Checked


def make_ready(
    docx: bytes, own: Mapping[str, str], answers: Mapping[str, str], version: str = ""
) -> Ready | None:
    """What ``prepare`` makes of a file that ``examine`` could read; None if it passed a limit."""
    try:
        told = _answer(docx, {"version": version, "own": dict(own), "answers": dict(answers)})
    except NotExamined:
        return None
    changes = tuple(Change.from_json(each) for each in told["changes"])
    return Ready(Prepared(base64.b64decode(told["prepared"]), changes), _checked(told))


def _answer(docx: bytes, question: Mapping[str, Any]) -> dict[str, Any]:
    """Raises NotExamined."""
    asked = json.dumps(question).encode() + b"\n" + docx
    told: dict[str, Any] = json.loads(answer_of(_CHILD, asked, LONGEST_SECONDS))
    return told


def _checked(told: Mapping[str, Any]) -> Checked:
    template = (
        TemplateVersion.of(base64.b64decode(told["docx"]), told["declaration"])
        if told["docx"]
        else None
    )
    return Checked(
        tuple(Finding.from_json(each) for each in told["findings"]),
        told["title"],
        tuple(told["places"]),
        tuple(told["printed"]),
        template,
    )
