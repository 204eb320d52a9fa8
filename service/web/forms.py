"""Reading forms and uploads, and keeping what was typed and what was wrong with it together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from werkzeug.datastructures import FileStorage, MultiDict

from service.errors import Invalid
from service.web.mistakes import sentences


class FormErrors(dict[str, str]):
    """Field name to sentence, in the order of the page; empty when all is well.

    The name ``form`` is for a sentence that belongs to no field.
    """

    @classmethod
    def of(
        cls,
        wrong: Invalid,
        names: Mapping[str, str] | None = None,
        *,
        called: Mapping[str, str] | None = None,
    ) -> Self:
        """The errors of the core; ``names`` renames fields that a page calls otherwise.

        ``called`` is for ``mistakes.sentences``: how a field is named in words.
        """
        names = names or {}
        errors = cls()
        for name, sentence in sentences(wrong, **(called or {})).items():
            errors.setdefault(names.get(name, name), sentence)
        return errors

    @classmethod
    def whole(cls, sentence: str) -> Self:
        """One sentence about the form as a whole."""
        return cls(form=sentence)


@dataclass(frozen=True)
class Posted:
    """What a page shows again after a mistake: single ``values`` and ``lists`` of repeated ones."""

    values: dict[str, str]
    lists: dict[str, list[str]] = field(default_factory=dict)


def read(form: MultiDict[str, str], repeated: Iterable[str] = ()) -> Posted:
    """Every field of a form: NFC, trimmed, line ends as ``\\n``.

    Names in ``repeated`` (tick boxes, lines of own wording) become lists without empty ones.
    Nothing is judged here.
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
