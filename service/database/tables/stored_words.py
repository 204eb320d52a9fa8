"""The search words of agreements as the database stores them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, any_, bindparam, case, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.sql import ColumnElement

from service.agreement.applying import SELF_STARTED
from service.agreement.facets import facet_word
from service.database.tables.agreements import agreements
from service.database.tables.columns import word
from service.database.tables.imports import import_lines, imports

_OF_IMPORT = (
    select(
        func.array_to_tsvector(
            array([literal(facet_word("imported", "")) + cast(imports.c.number, Text)])
        )
    )
    .join(import_lines, import_lines.c.import_id == imports.c.id)
    .where(import_lines.c.agreement_id == agreements.c.id)
    .scalar_subquery()
)
_NOTHING: ColumnElement[Any] = literal_column("''::tsvector")
# Only its line there knows which import made an agreement; empty if none did.
IMPORT_WORD: ColumnElement[Any] = func.coalesce(_OF_IMPORT, _NOTHING)
# Only the flags say that its customer began it.
BEGUN = func.array_to_tsvector(array([literal(facet_word("origin", SELF_STARTED))]))
_BEGUN_BY_CUSTOMER = word(SELF_STARTED) == any_(agreements.c.flags)
ORIGIN_WORD: ColumnElement[Any] = case((_BEGUN_BY_CUSTOMER, BEGUN), else_=_NOTHING)
# The value of the parameter ``words``, as it is stored.
STORED: ColumnElement[Any] = func.array_to_tsvector(bindparam("words", type_=ARRAY(Text)))


def stored(words: Sequence[str]) -> ColumnElement[Any]:
    return func.array_to_tsvector(literal(list(words), ARRAY(Text)))


def with_words(more: ColumnElement[Any]) -> ColumnElement[Any]:
    """Those that an agreement has, and these."""
    return agreements.c.search.op("||")(more)
