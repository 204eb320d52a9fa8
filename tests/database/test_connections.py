"""A connection that the server has closed is replaced before use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.database import rested
from service.database.engine import Database

END = (
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid() and usename = 'zegel_app'"
)


def test_one_that_was_ended_just_now_says_so(database: Database, sql: Callable[..., Any]) -> None:
    database.ping()
    assert sql(END)
    database.ping()


def test_one_that_rested_is_tried(
    database: Database, sql: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if its socket shows nothing, as when the server's whole machine vanished."""
    monkeypatch.setattr(rested, "is_silent", lambda _socket: True)
    monkeypatch.setattr(rested, "RESTED", 0.0)
    database.ping()
    assert sql(END)
    database.ping()
