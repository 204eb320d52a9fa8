"""Unsubmitted input of signers: the last state of each form, per person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from service.agreement.states import RUNNING, State
from service.agreement.terms import DRAFT_DAYS
from service.database.tables.agreements import agreements, signatories
from service.database.tables.columns import words
from service.database.tables.drafts import drafts
from service.database.tables.records import Records


@dataclass(frozen=True)
class Draft:
    """The last state of a form: the values of each field, and when they were saved."""

    fields: dict[str, list[str]]
    kept_at: datetime


# Built once: building such a statement takes as long as executing it.
_GIVEN = insert(drafts)
_KEEP = _GIVEN.on_conflict_do_update(
    index_elements=["signatory_id", "form"],
    set_={"fields": _GIVEN.excluded.fields, "kept_at": func.clock_timestamp()},
).returning(drafts.c.kept_at)
_ONE = (drafts.c.signatory_id == bindparam("signatory"), drafts.c.form == bindparam("of_form"))
_GET = select(drafts.c.fields, drafts.c.kept_at).where(*_ONE)
_FORGET = delete(drafts).where(*_ONE)
PART = 250  # drafts per statement
_FIRST, _LAST = str(uuid.UUID(int=0)), str(uuid.UUID(int=2**128 - 1))
_BEHIND = drafts.c.signatory_id > bindparam("after")
_END_OF_PART = (
    select(drafts.c.signatory_id)
    .where(_BEHIND)
    .order_by(drafts.c.signatory_id)
    .offset(PART - 1)
    .limit(1)
)
# A subquery per draft: there are few drafts and very many signatories.
_state = (
    select(agreements.c.state)
    .join(signatories, signatories.c.agreement_id == agreements.c.id)
    .where(signatories.c.id == drafts.c.signatory_id)
    .scalar_subquery()
)
_DROP_ENDED = delete(drafts).where(
    _BEHIND,
    drafts.c.signatory_id <= bindparam("last"),
    _state.not_in(words((*sorted(RUNNING), State.EXPIRED)))
    | (drafts.c.kept_at < func.clock_timestamp() - text(f"interval '{DRAFT_DAYS} days'")),
)


class Drafts(Records):
    def keep(self, signatory_id: str, form: str, fields: Mapping[str, list[str]]) -> datetime:
        """Returns the time of saving."""
        given = {"signatory_id": signatory_id, "form": form, "fields": fields}
        kept_at: datetime = self._connection.execute(_KEEP, given).scalar_one()
        return kept_at

    def get(self, signatory_id: str, form: str) -> Draft | None:
        wanted = {"signatory": signatory_id, "of_form": form}
        row = self._connection.execute(_GET, wanted).one_or_none()
        return Draft(row.fields, row.kept_at) if row else None

    def forget(self, signatory_id: str, *forms: str) -> None:
        """Delete these forms after submission: the agreement has their data."""
        for form in forms:
            self._connection.execute(_FORGET, {"signatory": signatory_id, "of_form": form})

    def hand_over(self, signatory_id: str, to: str) -> None:
        """Move the organisation's data, without those of the signatory, to a new signatory."""
        own = ("signatory_name", "signatory_function")
        self._connection.execute(
            update(drafts)
            .where(drafts.c.signatory_id == signatory_id, drafts.c.form.in_(("details", "annex")))
            .values(signatory_id=to, fields=drafts.c.fields.op("-")(own[0]).op("-")(own[1]))
        )

    def drop_ended(self, after: str = _FIRST) -> str | None:
        """Of the next ``PART`` drafts, delete those that can no longer be submitted or were
        abandoned. Returns the last signatory of the part; None at the end."""
        last = self._connection.execute(_END_OF_PART, {"after": after}).scalar()
        self._connection.execute(_DROP_ENDED, {"after": after, "last": last or _LAST})
        return last
