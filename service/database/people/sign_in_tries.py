"""Failed sign-in attempts: counted for a limited time.

Counted before the check, which needs no transaction, and reverted if right.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Integer,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.database.tables.accounts import sign_in_tries
from service.database.tables.records import Records


@dataclass(frozen=True)
class Counter:
    """A limit of ``most`` attempts with less than ``seconds`` between consecutive ones.

    Beyond it, none is allowed until ``seconds`` after the last one.
    """

    key: bytes
    most: int
    seconds: int


class SignInTries(Records):
    def seconds_left(self, counter: Counter) -> int:
        """The seconds until the counter allows an attempt; 0 if it allows one now."""
        left = func.ceil(func.extract("epoch", sign_in_tries.c.counts_until - _now()))
        found = self._connection.execute(
            select(cast(left, Integer)).where(
                sign_in_tries.c.key == counter.key,
                sign_in_tries.c.tries >= counter.most,
                sign_in_tries.c.counts_until > _now(),
            )
        ).scalar()
        return int(found or 0)

    def count(self, counter: Counter) -> int:
        """Count an attempt; returns the new count, or 0 if none is allowed. Locks the counter's
        row, so use counters in a fixed order."""
        until = _now() + func.make_interval(0, 0, 0, 0, 0, 0, counter.seconds)
        over = sign_in_tries.c.counts_until <= _now()
        first = insert(sign_in_tries).values(key=counter.key, tries=1, counts_until=until)
        counted = self._connection.execute(
            first.on_conflict_do_update(
                index_elements=[sign_in_tries.c.key],
                set_={
                    "tries": case((over, literal(1)), else_=sign_in_tries.c.tries + 1),
                    "counts_until": until,
                },
                where=over | (sign_in_tries.c.tries < counter.most),
            ).returning(sign_in_tries.c.tries)
        ).scalar()
        return int(counted or 0)

    def give_back(self, counter: Counter) -> None:
        """Revert one count: that attempt was right."""
        self._connection.execute(
            update(sign_in_tries)
            .where(sign_in_tries.c.key == counter.key)
            .values(tries=func.greatest(sign_in_tries.c.tries - 1, 0))
        )

    def clear(self, counter: Counter) -> None:
        self._connection.execute(delete(sign_in_tries).where(sign_in_tries.c.key == counter.key))

    def drop_ended(self) -> None:
        self._connection.execute(
            delete(sign_in_tries).where(sign_in_tries.c.counts_until <= _now())
        )


def _now() -> ColumnElement[object]:
    return func.clock_timestamp()
