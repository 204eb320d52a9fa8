"""What the database has of the customers in a list, asked for many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Text, and_, any_, bindparam, func, literal_column, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement

from service.agreement.bulk.verdicts import Known, Verdict
from service.agreement.lists import GROUPS
from service.database.tables.agreements import agreements
from service.database.tables.columns import words
from service.database.tables.contract_lives import contract_lives
from service.database.tables.imports import import_lines, imports
from service.database.tables.records import Records

AT_ONCE = 1000  # values per statement
LOCK = 3  # of the two-part advisory locks

# Spelled as in their indexes.
_NUMBER: ColumnElement[str] = literal_column("(agreements.controller ->> 'number')", Text)
_NAME: ColumnElement[str] = literal_column("lower(agreements.controller ->> 'name')", Text)
_THESE = any_(bindparam("these", type_=ARRAY(Text)))
# Those that ended without signatures, or were no agreement, leave their customer without one.
_ALIVE = agreements.c.state.not_in(words(GROUPS["ended"]))
# So do those whose recorded end has come.
_OVER = (
    select(contract_lives.c.agreement_id)
    .where(
        contract_lives.c.agreement_id == agreements.c.id,
        contract_lives.c.ends_on <= bindparam("today"),
    )
    .exists()
)
_ACTIVE = and_(_ALIVE, not_(_OVER))
_BY_NUMBER = select(_NUMBER, agreements.c.reference).where(_NUMBER == _THESE, _ACTIVE)
_BY_NAME = select(_NAME, agreements.c.reference).where(_NAME == _THESE, _ACTIVE)
_KEY = func.unnest(import_lines.c.identities).label("key")
_MADE = (
    select(_KEY, agreements.c.reference)
    .join(imports, imports.c.id == import_lines.c.import_id)
    .join(agreements, agreements.c.id == import_lines.c.agreement_id)
    .where(
        import_lines.c.identities.op("&&")(bindparam("these", type_=ARRAY(Text))),
        imports.c.shape == bindparam("shape"),
        _ALIVE,
    )
)
_HOLD_LIST = select(func.pg_advisory_xact_lock(LOCK, func.hashtext(bindparam("shape", type_=Text))))


class KnownCustomers(Records):
    def of(self, verdicts: Iterable[Verdict], shape: str, today: date) -> Known:
        """What is known on ``today`` in Brussels of these rows of a list whose headings have this
        digest."""
        said = [each.identity for each in verdicts]
        return Known(
            self._found(_BY_NUMBER, {each.number for each in said}, today=today),
            self._found(_BY_NAME, {each.name.lower() for each in said}, today=today),
            self.made((key for each in said for key in each.keys), shape),
        )

    def made(self, keys: Iterable[str], shape: str) -> dict[str, str]:
        """The references of what earlier imports of this list made, by those of the keys."""
        return self._found(_MADE, set(keys), shape=shape)

    def hold_list(self, shape: str) -> None:
        """One line at a time for lists with these headings: two may be about the same agreement."""
        self._connection.execute(_HOLD_LIST, {"shape": shape})

    def _found(self, statement: Any, values: set[str], **more: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in _parts(values - {""}):
            rows = self._connection.execute(statement, {"these": some, **more})
            found |= {value: reference for value, reference in rows if value in values}
        return found


def _parts(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(sorted(values))
    while some := list(islice(rest, AT_ONCE)):
        yield some
