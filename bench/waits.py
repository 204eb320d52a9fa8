"""Waits for the worker cheaply, on the cores being measured."""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg

PATIENCE_SECONDS, LONG_PATIENCE_SECONDS = 120, 900
LOOK_AGAIN = 0.05  # seconds
LOOK_SELDOM = 0.25  # for what takes many seconds
ITS_ID = "(select id from agreements where reference = %s)"


class Waits:
    """Polls the database slowly; each thread keeps one connection."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._of_thread = threading.local()
        self._opened: list[psycopg.Connection[Any]] = []

    def close(self) -> None:
        """Close all connections; the next question opens one."""
        for each in self._opened:
            each.close()
        self._of_thread, self._opened = threading.local(), []

    def for_state(self, reference: str, state: str, *, every: float = LOOK_AGAIN) -> None:
        """Until the agreement has this ``state``; ``every`` for a caller that times it."""
        question = "select state = %s from agreements where reference = %s"
        self._wait(question, state, reference, every=every)

    def for_seals(self, reference: str, count: int) -> None:
        """Until so many acts are sealed."""
        question = f"select count(*) >= %s from seals where agreement_id = {ITS_ID}"
        self._wait(question, count, reference)

    def for_archive(self, reference: str) -> None:
        """Until the archive has verified its copy."""
        question = f"select state = %s from archive_states where agreement_id = {ITS_ID}"
        self._wait(question, "verified", reference)

    def until_idle(self, *, every: float = LOOK_AGAIN, patience: float = PATIENCE_SECONDS) -> None:
        """Until the worker has nothing to do now, mails included: one being sent holds its
        agreement's row."""
        self._wait(
            "select count(*) = 0 from procrastinate_jobs where scheduled_at is null"
            " and status in ('todo', 'doing') and queue_name <> %s",
            "housekeeping",
            every=every,
            patience=patience,
        )

    def until_count(self, question: str, count: int, about: object) -> None:
        """Until a question, with a number and its subject, is answered yes."""
        self._wait(question, count, about, every=LOOK_SELDOM, patience=LONG_PATIENCE_SECONDS)

    def until_all(self, question: str, count: int, about: object) -> None:
        """The same, asked only when the worker is idle: to join a thousand agreements four times a
        second took a fourteenth of the processors being measured."""
        self.until_idle(every=LOOK_SELDOM, patience=LONG_PATIENCE_SECONDS)
        self.until_count(question, count, about)

    def our_turn(self) -> bool:
        """Whether an agreement waits for its last signature."""
        return self._ask("select count(*) > 0 from agreements where state = %s", "in_signing")

    def _wait(
        self,
        question: str,
        *values: object,
        every: float = LOOK_AGAIN,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        until = time.monotonic() + patience
        while not self._ask(question, *values):
            if time.monotonic() > until:
                raise TimeoutError(f"{question} {values}")
            time.sleep(every)

    def _ask(self, question: str, *values: object) -> bool:
        row = self._connection().execute(question, values).fetchone()
        return bool(row and row[0])

    def _connection(self) -> psycopg.Connection[Any]:
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = psycopg.connect(self._database, autocommit=True)
            self._opened.append(self._of_thread.connection)
        found: psycopg.Connection[Any] = self._of_thread.connection
        return found
