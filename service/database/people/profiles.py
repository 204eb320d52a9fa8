"""The processor's profile, with its versions."""

from __future__ import annotations

import dataclasses

from sqlalchemy import insert, literal, select

from service.agreement.parties import Processor
from service.agreement.suggestions import Suggestions
from service.database.tables.accounts import processor_profiles
from service.database.tables.records import Records

# Versions from 0 down were recovered from old agreements, and are not used for new ones.
_PROFILE = (
    select(processor_profiles)
    .where(processor_profiles.c.version > 0)
    .order_by(processor_profiles.c.version.desc())
    .limit(1)
)


class Profiles(Records):
    def newest(self) -> tuple[int, Processor] | None:
        row = self._connection.execute(_PROFILE).one_or_none()
        return (row.version, Processor(**row.profile)) if row else None

    def suggestions(self) -> Suggestions | None:
        """The initial lines of Bijlage 1; None if there are none."""
        row = self._connection.execute(_PROFILE).one_or_none()
        return row.suggestions if row else None

    def add(
        self,
        version: int,
        processor: Processor,
        by: str | None,
        suggestions: Suggestions | None = None,
    ) -> None:
        """If two people save at once, the second fails on its number."""
        self._connection.execute(
            insert(processor_profiles).values(
                version=literal(version),
                profile=dataclasses.asdict(processor),
                suggestions=suggestions,
                created_by=by,
            )
        )
