"""One version of the template of an agreement, identified by its digest. Pure."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import cached_property

from service.agreement.places import Place, declared

AGREEMENT = "agreement"  # the kind of template for agreements


@dataclass(frozen=True)
class TemplateVersion:
    """A Word file and its declaration; ``sha256`` is the Word file's."""

    sha256: str
    kind: str
    version: str
    language: str
    docx: bytes = field(repr=False)
    declaration: str = field(repr=False)
    """TOML; ``service.documents.template`` reads it."""

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The declared signature places. Raises KeyError, or ValueError for places that an
        agreement cannot have."""
        signatures = tomllib.loads(self.declaration)["signature"]
        return declared([each["place"] for each in signatures])

    def numbered(self, number: int) -> TemplateVersion:
        """The same with another version, which an own template has in the first line of its
        declaration."""
        _, _, rest = self.declaration.partition("\n")
        return self.of(self.docx, f'version = "{number}"\n{rest}')

    @classmethod
    def of(cls, docx: bytes, declaration: str) -> TemplateVersion:
        """An agreement's template, with the declared version and language.

        Raises KeyError if they are missing, tomllib.TOMLDecodeError if it is not TOML.
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
