"""The processor's look, and the pictures of its logos."""

from __future__ import annotations

from sqlalchemy import RowMapping, func, insert, select

from service.agreement.look import PLAIN, Logo, Look
from service.database.tables.logos import logos
from service.database.tables.looks import looks
from service.database.tables.records import Records, record

_NEWEST = select(looks).order_by(looks.c.id.desc()).limit(1)
_SEEN = ("accent", "logo_sha256", "logo_width", "logo_height")
# What a page shows of it, as one more column of a statement that reads something else.
NEWEST_SEEN = (
    select(func.jsonb_build_object(*(part for name in _SEEN for part in (name, looks.c[name]))))
    .order_by(looks.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("look")
)


def seen(row: RowMapping) -> Look:
    """The look in a row with ``NEWEST_SEEN``: colour and logo only."""
    found = row["look"]
    if found is None:
        return PLAIN
    logo = record(Logo, found, "logo_") if found["logo_sha256"] else None
    return Look(accent=found["accent"], logo=logo)


class Looks(Records):
    def newest(self) -> Look:
        """The current look; ours if none was chosen."""
        row = self._connection.execute(_NEWEST).one_or_none()
        if row is None:
            return PLAIN
        return record(Look, row, logo=record(Logo, row, "logo_") if row.logo_sha256 else None)

    def png(self, sha256: str) -> bytes | None:
        """The bytes of a current or former logo."""
        found = select(logos.c.png).where(logos.c.sha256 == sha256, logos.c.sha256 != "").limit(1)
        return self._connection.execute(found).scalar()

    def add(self, look: Look, by: str) -> None:
        """Save the next look. The picture of its logo is known or saved with ``add_png``."""
        logo = look.logo or Logo("", 0, 0)
        self._connection.execute(
            insert(looks).values(
                accent=look.accent,
                reply_to=look.reply_to,
                signature_line=look.signature_line,
                subjects=dict(look.subjects),
                introductions=dict(look.introductions),
                public_introduction=look.public_introduction,
                logo_sha256=logo.sha256,
                logo_width=logo.width,
                logo_height=logo.height,
                created_by=by,
            )
        )

    def add_png(self, logo: Logo, png: bytes, by: str) -> None:
        """Save a picture, unless it is known."""
        if self.png(logo.sha256) is None:
            self._connection.execute(
                insert(logos).values(
                    sha256=logo.sha256,
                    png=png,
                    width=logo.width,
                    height=logo.height,
                    created_by=by,
                )
            )
