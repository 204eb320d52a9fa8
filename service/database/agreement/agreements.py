"""Agreements: loaded and saved whole, under the row lock for a change."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Insert,
    Integer,
    Select,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.act_record import ProvedMailbox
from service.agreement.model import Agreement
from service.agreement.parties import Signatory
from service.agreement.version import is_own_change
from service.database.agreement.places import insert_places, save_places
from service.database.agreement.progress import COUNT, changes_of
from service.database.agreement.rows import WHOLE, as_agreement, columns_of
from service.database.agreement.search_words import search_words
from service.database.tables.agreements import (
    agreements,
    annex_items,
    reference_counters,
    signatories,
)
from service.database.tables.records import Records, columns, record
from service.database.tables.stored_words import IMPORT_WORD, ORIGIN_WORD, STORED
from service.error_codes import ErrorCode
from service.errors import NotFound

# Built once: building such a statement takes four times as long as executing it.
_BY_ID = WHOLE.where(agreements.c.id == bindparam("wanted"))
_THESE = WHOLE.where(agreements.c.id == any_(bindparam("wanted", type_=ARRAY(UUID(as_uuid=False)))))
_BY_REFERENCE = WHOLE.where(agreements.c.reference == bindparam("wanted"))
_LOCK_ID = select(agreements.c.id).where(agreements.c.id == bindparam("wanted")).with_for_update()
_LOCK_REFERENCE = (
    select(agreements.c.id).where(agreements.c.reference == bindparam("wanted")).with_for_update()
)
_FLAGS = select(agreements.c.flags).where(agreements.c.id == bindparam("wanted"))
_INSERT = insert(agreements).values(search=STORED)
_INSERT_SIGNATORY, _INSERT_ITEM = insert(signatories), insert(annex_items)
_COUNT_ON = (
    upsert(reference_counters)
    .values(last=1)
    .on_conflict_do_update(index_elements=["year"], set_={"last": reference_counters.c.last + 1})
    .returning(reference_counters.c.last)
)
_SAVE = (
    update(agreements)
    .where(agreements.c.id == bindparam("saved"))
    .values(
        search=STORED.op("||")(IMPORT_WORD).op("||")(ORIGIN_WORD),
        last_activity_at=func.clock_timestamp(),
        state_since=case(
            (agreements.c.state == bindparam("state_now"), agreements.c.state_since),
            else_=func.clock_timestamp(),
        ),
        version=agreements.c.version + bindparam("raised", type_=Integer),
    )
)


@lru_cache
def _save_and_count(names: tuple[str, ...]) -> Insert:
    """Both in one statement: a signer waits for each."""
    values = {name: bindparam(f"new_{name}", type_=agreements.c[name].type) for name in names}
    return COUNT.add_cte(_SAVE.values(values).cte("saved"))


@dataclasses.dataclass(frozen=True)
class Named:
    """A present or former signatory. ``delegated_by`` delegated to this person after the mailbox
    ``proof``."""

    name: str
    current: bool
    delegated_by: str
    proof: ProvedMailbox | None


class Agreements(Records):
    def get(self, reference: str) -> Agreement:
        """Without a lock. Raises NotFound."""
        return self._load(_BY_REFERENCE, _readable(reference))

    def get_by_id(self, agreement_id: str) -> Agreement:
        """Without a lock. Raises NotFound."""
        return self._load(_BY_ID, agreement_id)

    def these(self, ids: Sequence[str]) -> dict[str, tuple[Agreement, tuple[str, ...]]]:
        """Several, each with its ``flags``, by id."""
        rows = self._connection.execute(_THESE, {"wanted": list(ids)}).mappings()
        return {row["id"]: (as_agreement(row), tuple(row["flags"])) for row in rows}

    def lock(self, reference: str) -> Agreement:
        """The agreement under its row lock until the transaction ends. Raises NotFound."""
        self._connection.execute(_LOCK_REFERENCE, {"wanted": _readable(reference)})
        return self.get(reference)

    def lock_by_id(self, agreement_id: str) -> Agreement:
        """As ``lock``. Raises NotFound."""
        self.hold(agreement_id)
        return self.get_by_id(agreement_id)

    def hold(self, agreement_id: str) -> None:
        """Take only the row lock, for writing to the log without reading the agreement."""
        self._connection.execute(_LOCK_ID, {"wanted": agreement_id})

    # A separate statement takes the lock: one that waits for it re-reads only the locked row, and
    # would return subselects (places, items) from before the wait.
    def _load(self, statement: Select[Any], wanted: str) -> Agreement:
        row = self._connection.execute(statement, {"wanted": wanted}).mappings().one_or_none()
        if row is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        return as_agreement(row)

    def next_reference(self, year: int) -> str:
        """The next free reference of a year, such as ``VO-2026-00042``. Without gaps: the counter
        is rolled back with the transaction."""
        number: int = self._connection.execute(_COUNT_ON, {"year": year}).scalar_one()
        return f"VO-{year}-{number:05d}"

    def insert(self, agreement: Agreement) -> None:
        self._connection.execute(
            _INSERT,
            {
                "id": agreement.id,
                "reference": agreement.reference,
                "created_at": agreement.created_at,
                "words": search_words(agreement),
                **columns_of(agreement),
            },
        )
        self.add_signatory(agreement.id, agreement.signatory_id, agreement.signatory)
        insert_places(self._connection, agreement)
        self._write_items(agreement)
        if counted := changes_of(None, agreement):
            self._connection.execute(COUNT, counted)

    def add_signatory(
        self, agreement_id: str, signatory_id: str, signatory: Signatory, **more: object
    ) -> None:
        """``more`` are further columns, such as the ``number`` that says at which places."""
        own = {"id": signatory_id, "agreement_id": agreement_id}
        self._connection.execute(_INSERT_SIGNATORY, columns(signatory, **own, **more))

    def save(self, before: Agreement, after: Agreement) -> Agreement:
        """Write the changes; ``before`` was loaded under the lock in this transaction.

        A change that people make raises the version.
        """
        raised = int(is_own_change(before, after))
        values = {
            "saved": before.id,
            "raised": raised,
            "words": search_words(after),
            "state_now": after.state.value,
        }
        new, counted = columns_of(after), changes_of(before, after)
        if counted:
            named = {f"new_{name}": value for name, value in new.items()}
            self._connection.execute(_save_and_count(tuple(new)), {**values, **named, **counted})
        else:
            self._connection.execute(_SAVE, {**values, **new})
        save_places(self._connection, before, after)
        if before.annex.items != after.annex.items:
            self._connection.execute(
                delete(annex_items).where(annex_items.c.agreement_id == before.id)
            )
            self._write_items(after)
        if before.signatory != after.signatory and before.signatory_id == after.signatory_id:
            self._connection.execute(
                update(signatories)
                .where(signatories.c.id == before.signatory_id)
                .values(**dataclasses.asdict(after.signatory))
            )
        return dataclasses.replace(after, version=before.version + raised)

    def replace_signatory(
        self,
        after: Agreement,
        *,
        delegated_by: str = "",
        proved: ProvedMailbox | None = None,
    ) -> None:
        """Make ``after.signatory_id`` the current signatory; the former one stays on record.

        After a delegation, also record the name and how the mailbox was proved.
        """
        self._connection.execute(
            update(signatories)
            .where(
                signatories.c.agreement_id == after.id,
                signatories.c.number == 1,
                signatories.c.current,
            )
            .values(current=False)
        )
        self.add_signatory(
            after.id,
            after.signatory_id,
            after.signatory,
            delegated_by=delegated_by,
            delegation_proof=proved.in_record() if proved else None,
        )

    def delegations(self, agreement_id: str) -> list[Named]:
        """All present and former signatories of the controller, in order."""
        rows = self._connection.execute(
            select(signatories, signatories.c.delegation_proof.label("proof"))
            .where(signatories.c.agreement_id == agreement_id, signatories.c.number == 1)
            .order_by(signatories.c.created_at)
        )
        return [
            record(Named, row, proof=ProvedMailbox.from_record(row.proof) if row.proof else None)
            for row in rows
        ]

    def flags(self, agreement_id: str) -> tuple[str, ...]:
        """The reasons for review by the countersigner, besides those of the annex."""
        return tuple(self._connection.execute(_FLAGS, {"wanted": agreement_id}).scalar_one())

    def add_flag(self, agreement_id: str, flag: str) -> None:
        """Record a reason for review, once."""
        self._connection.execute(
            update(agreements)
            .where(agreements.c.id == agreement_id, ~(literal(flag) == any_(agreements.c.flags)))
            .values(flags=func.array_append(agreements.c.flags, flag))
        )

    def _write_items(self, agreement: Agreement) -> None:
        rows = [
            columns(item, agreement_id=agreement.id, position=position)
            for position, item in enumerate(agreement.annex.items)
        ]
        if rows:
            self._connection.execute(_INSERT_ITEM, rows)


def _readable(reference: str) -> str:
    # PostgreSQL accepts no NUL in text; a URL with %00 is simply not one of our references.
    return reference.replace("\x00", "?")
