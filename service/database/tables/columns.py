"""The metadata shared by all tables, and recurring columns."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.sql import ColumnElement

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Digest(TypeDecorator[str]):
    """A digest in hexadecimal, stored as bytes, which take half the space; empty if there is
    none."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else bytes(value).hex()


def instant(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null)


def now(name: str) -> Column[object]:
    return Column(
        name, DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")
    )


def word(value: str) -> ColumnElement[str]:
    """One of our own words as a literal in a statement: with a parameter, the planner would not use
    a partial index. Raises ValueError for anything but such a word."""
    if not all(letter.isalnum() or letter in "_./%" for letter in value):
        raise ValueError(value)
    return literal_column(f"'{value}'", Text)


def words(values: Iterable[str]) -> list[ColumnElement[str]]:
    return [word(value) for value in values]


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


def own_id() -> Column[object]:
    return Column("id", UUID(as_uuid=False), primary_key=True)


def is_id(value: str) -> bool:
    """Whether this can be one of our ids; a value from a URL may be anything."""
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


def agreement_id(*, null: bool = False, primary: bool = False) -> Column[object]:
    return Column(
        "agreement_id",
        UUID(as_uuid=False),
        ForeignKey("agreements.id"),
        nullable=null and not primary,
        primary_key=primary,
    )
