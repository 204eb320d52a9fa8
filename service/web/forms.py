"""Reads forms and uploads, and keeps the input and its mistakes together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from werkzeug.datastructures import FileStorage, MultiDict

from service.errors import Invalid
from service.web.mistakes import sentences


class FormErrors(dict[str, str]):
    """Field name to sentence, in the order of the page; empty when there are no mistakes.

    The name ``form`` is for a sentence about no single field.
    """

    @classmethod
    def of(
        cls,
        wrong: Invalid,
        names: Mapping[str, str] | None = None,
        *,
        called: Mapping[str, str] | None = None,
    ) -> Self:
        """The errors of the core; ``names`` maps field names to those of the page.

        ``called`` is for ``mistakes.sentences``: the name of a field in sentences.
        """
        names = names or {}
        errors = cls()
        for name, sentence in sentences(wrong, **(called or {})).items():
            errors.setdefault(names.get(name, name), sentence)
        return errors

    @classmethod
    def whole(cls, sentence: str) -> Self:
        return cls(form=sentence)


@dataclass(frozen=True)
class Posted:
    """What a page shows again after a mistake: single ``values``, and ``lists`` of repeated
    ones."""

    values: dict[str, str]
    lists: dict[str, list[str]] = field(default_factory=dict)


def read(form: MultiDict[str, str], repeated: Iterable[str] = ()) -> Posted:
    """Every field of a form: NFC, trimmed, line ends as ``\n``.

    Names in ``repeated`` (tick boxes, lines of own wording) become lists without empty values.
    Nothing is validated here.
    """
    many = set(repeated)
    lists = {name: [line for value in form.getlist(name) if (line := tidy(value))] for name in many}
    values = {name: tidy(form[name]) for name in form if name not in many}
    return Posted(values, lists)


def tidy(value: str) -> str:
    """NFC, trimmed, line ends as ``\\n``."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def upload(files: MultiDict[str, FileStorage], name: str) -> bytes:
    """The bytes of an uploaded file; empty when none was chosen."""
    file = files.get(name)
    return file.stream.read() if file and file.filename else b""
