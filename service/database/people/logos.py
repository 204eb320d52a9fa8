"""The processor's logo."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from service.database.tables.logos import logos
from service.database.tables.records import Records, columns, record

_NEWEST = select(logos.c.sha256, logos.c.width, logos.c.height).order_by(logos.c.id.desc()).limit(1)


@dataclass(frozen=True)
class Logo:
    """A logo without its bytes; ``sha256`` is of the bytes, sizes are in pixels."""

    sha256: str
    width: int
    height: int


class Logos(Records):
    def newest(self) -> Logo | None:
        """The current logo, if there is one."""
        row = self._connection.execute(_NEWEST).one_or_none()
        return record(Logo, row) if row and row.sha256 else None

    def png(self, sha256: str) -> bytes | None:
        """The bytes of a current or former logo."""
        found = select(logos.c.png).where(logos.c.sha256 == sha256, logos.c.sha256 != "").limit(1)
        return self._connection.execute(found).scalar()

    def add(self, logo: Logo | None, png: bytes, by: str) -> None:
        """Save the next logo; None removes it."""
        known = columns(logo or Logo("", 0, 0), png=png, created_by=by)
        self._connection.execute(insert(logos).values(known))
