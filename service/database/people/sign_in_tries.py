"""Tries to sign in that did not succeed: counted for a while, and forgotten.

A try is counted before it is judged and taken back when it was right. So the password is judged
outside any transaction, and tries that come at the same time are still counted one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
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


@dataclass(frozen=True)
class Counter:
    """What is counted: ``most`` tries with less than ``seconds`` between one and the next.

    When they are used up, nothing is allowed until ``seconds`` after the last of them.
    """

    key: bytes
    most: int
    seconds: int


class SignInTries:
    """The counts of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seconds_left(self, counter: Counter) -> int:
        """How long the counter allows nothing; 0 when it allows a try now."""
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
        """Count a try; how many there are now, 0 when the counter allows none.

        Keeps the counter's row until the transaction ends, so ask for counters in one order.
        """
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
        """One try of those was right."""
        self._connection.execute(
            update(sign_in_tries)
            .where(sign_in_tries.c.key == counter.key)
            .values(tries=func.greatest(sign_in_tries.c.tries - 1, 0))
        )

    def clear(self, counter: Counter) -> None:
        """Forget everything that was counted."""
        self._connection.execute(delete(sign_in_tries).where(sign_in_tries.c.key == counter.key))

    def drop_ended(self) -> None:
        """Delete what counts no more."""
        self._connection.execute(
            delete(sign_in_tries).where(sign_in_tries.c.counts_until <= _now())
        )


def _now() -> ColumnElement[object]:
    return func.clock_timestamp()
