"""The records that an agreement recovered from the archive needs: the accounts it names, its
processor profile, and a reserved reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.parties import Processor
from service.agreement.permissions import Staff
from service.database.tables.accounts import processor_profiles, staff
from service.database.tables.agreements import agreements, reference_counters
from service.database.tables.records import Records


class Recovery(Records):
    def keep_account(self, person: Staff, placeholder: str) -> None:
        """Add an unusable account for a person whom an old agreement names. ``placeholder``
        replaces an e-mail address that another account has by now."""
        taken = select(exists().where(func.lower(staff.c.email) == person.email.lower()))
        self._connection.execute(
            upsert(staff)
            .values(
                id=person.id,
                email=placeholder if self._connection.execute(taken).scalar() else person.email,
                name=person.name,
                function=person.function,
                roles=[],
                password_hash="",
                credential="none",
                active=False,
            )
            .on_conflict_do_nothing(index_elements=["id"])
        )

    def profile(self, processor: Processor) -> int:
        """The version of the profile with these data, added if needed with a version from 0 down,
        which new agreements do not use."""
        said = dataclasses.asdict(processor)
        version, profile = processor_profiles.c.version, processor_profiles.c.profile
        known = self._connection.execute(select(func.max(version)).where(profile == said)).scalar()
        if known is not None:
            return int(known)
        lowest = select(
            func.least(func.min(version), 1) - 1, literal(said, processor_profiles.c.profile.type)
        )
        made = insert(processor_profiles).from_select(["version", "profile"], lowest)
        return int(self._connection.execute(made.returning(version)).scalar_one())

    def note(
        self, agreement_id: str, reference: str, flags: Sequence[str], last_activity: datetime
    ) -> None:
        """The records beside a just recovered agreement."""
        self._connection.execute(
            update(agreements)
            .where(agreements.c.id == agreement_id)
            .values(flags=list(flags), last_activity_at=last_activity)
        )
        _, year, number = reference.split("-")
        self._connection.execute(
            upsert(reference_counters)
            .values(year=int(year), last=int(number))
            .on_conflict_do_update(
                index_elements=["year"],
                set_={"last": func.greatest(reference_counters.c.last, int(number))},
            )
        )
