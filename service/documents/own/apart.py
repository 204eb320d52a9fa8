"""Examines a Word file of unknown origin in a process of its own with limits.

A file of a few kilobytes can unpack to gigabytes or keep a parser busy for hours. The process has
no environment, no children and no files to write, and is killed by the kernel when it passes a
limit of processor time or memory; nothing of the file stays anywhere.
"""

from __future__ import annotations

import base64
import json

from service.agreement.template_version import TemplateVersion
from service.documents.largest import LARGEST_FILE
from service.documents.own.findings import Checked, Finding, Found
from signatures.sandbox.limits import NotExamined, answer_of

LONGEST_SECONDS = 60.0
_CHILD = "service.documents.own.child"


def examine(docx: bytes, version: str = "") -> Checked:
    """What ``check`` says of a file; what it could not examine has a finding that says so."""
    if len(docx) > LARGEST_FILE:
        return Checked((Finding(Found.TOO_LARGE),))
    question = json.dumps({"version": version}).encode()
    try:
        told = json.loads(answer_of(_CHILD, question + b"\n" + docx, LONGEST_SECONDS))
    except NotExamined:
        return Checked((Finding(Found.NOT_EXAMINED),))
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
