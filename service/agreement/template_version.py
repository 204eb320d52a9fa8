"""One version of a document template: what an agreement is made from, named by its digest. Pure."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import cached_property

from service.agreement.places import Place, declared

AGREEMENT = "agreement"  # the kind of template that agreements are made from


@dataclass(frozen=True)
class TemplateVersion:
    """A Word file and what is declared of it; ``sha256`` is that of the Word file."""

    sha256: str
    kind: str
    version: str
    language: str
    docx: bytes = field(repr=False)
    declaration: str = field(repr=False)
    """TOML; ``service.documents.template`` reads it."""

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The signature places that are declared. Raises KeyError, or ValueError for other places
        than an agreement can have."""
        signatures = tomllib.loads(self.declaration)["signature"]
        return declared([each["place"] for each in signatures])

    @classmethod
    def of(cls, docx: bytes, declaration: str) -> TemplateVersion:
        """An agreement's template, with the version and language that are declared.

        Raises KeyError where they are not, tomllib.TOMLDecodeError for what is no TOML.
        """
        declared = tomllib.loads(declaration)
        return cls(
            sha256=hashlib.sha256(docx).hexdigest(),
            kind=AGREEMENT,
            version=declared["version"],
            language=declared["language"],
            docx=docx,
            declaration=declaration,
        )
