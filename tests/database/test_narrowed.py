"""Filters that combine and other orders: each way to find a page finds the same.

Compared with a plain statement on a database filled as by ``bench.filling``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from emptied import as_owner, kept_database

from bench.filling import fill
from service.agreement.lists import Narrowing, Order, Search
from service.agreement.states import RUNNING, WAITING
from service.database.engine import Database
from service.database.lists import pages, statistics
from service.engines import EmbeddedPostgres
from service.wiring.build import libpq_url
from tests.variants import some

AGREEMENTS = 1000
ORDERED = {
    Order.ACTIVITY: "last_activity_at desc, id desc",
    Order.CREATED: "created_at desc, id desc",
    Order.ORGANISATION: "lower(controller ->> 'name'), id",
    Order.EXPIRY: "expires_at, id",
}


@pytest.fixture(scope="module")
def filled(postgres_server: EmbeddedPostgres, worker_name: str) -> Iterator[str]:
    with kept_database(postgres_server, f"narrowed_{worker_name}") as url:
        with psycopg.connect(libpq_url(as_owner(url)), autocommit=True) as connection:
            fill(connection, AGREEMENTS)
        yield url


def expected(connection: psycopg.Connection[Any], search: Search) -> list[str]:
    """All that match, without a limit."""
    given = search.narrowed
    conditions = {
        "sender_id = %(owner)s": given.owner,
        "state = %(state)s": given.state,
        "template_sha256 = %(template)s": given.template,
        "%(service)s = any (services)": given.service,
        "last_activity_at <= now() - %(idle_days)s * interval '1 day'": given.idle_days,
        "state = any (%(waiting)s) and state_since <= now() - %(state_days)s * interval '1 day'": (
            given.state_days
        ),
        "id in (select agreement_id from import_lines l join imports i on i.id = l.import_id"
        " where i.number = %(imported)s)": given.imported,
        "search @@ 'bakkerij'": search.words,
        "state = any (%(running)s)": given.order is Order.EXPIRY,
        "state in ('declined', 'expired', 'voided', 'superseded', 'withdrawn')": search.group
        == "ended",
        "state in ('fully_signed', 'sealing', 'completed', 'registered')": search.group
        == "completed",
    }
    wanted = " and ".join(each for each, value in conditions.items() if value) or "true"
    rows = connection.execute(
        f"select id::text from agreements where {wanted} order by {ORDERED[given.order]}",  # type: ignore[arg-type]
        {
            **vars(given),
            "running": [each.value for each in RUNNING],
            "waiting": [each.value for each in WAITING],
        },
    )
    return [each for (each,) in rows]


def searches(connection: psycopg.Connection[Any]) -> list[Search]:
    """Each filter alone and with others, in every order; each with words or a group in one."""
    row = connection.execute(
        "select sender_id::text, template_sha256 from agreements"
        " order by last_activity_at offset 100 limit 1"
    ).fetchone()
    assert row is not None
    owner, template = row
    some: list[dict[str, Any]] = [
        {},
        {"owner": owner},
        {"state": "completed"},
        {"template": template},
        {"service": "dynamic_dns"},
        {"imported": 1},
        {"idle_days": 400},
        {"state_days": 2},
        {"state_days": 60, "owner": owner},
        {"owner": owner, "service": "support", "template": template},
        {"owner": owner, "idle_days": 30, "state": "completed"},
        {"imported": 2, "service": "cloud_storage"},
    ]
    others: list[dict[str, Any]] = [
        {},
        {"words": "bakkerij"},
        {"group": "completed"},
        {"group": "ended"},
    ]
    # Words and groups in turn, so that each comes with each order.
    return [
        Search(**others[(n + n // 4) % 4], narrowed=Narrowing(**given, order=order))
        for n, (given, order) in enumerate(itertools.product(some, Order))
    ]


# How many agreements a way may read: so that pages are found by index, by fortnight or one by one.
WAYS: dict[str, dict[str, Any]] = {
    "chosen": {},
    "index": {"FEW": 1e9, "MORE": 1e9},
    "half years": {"OVER_HALF_YEARS": 0, "SPREAD": 1e9},
    "newest fortnights": {"FEW": 0, "MORE": 0, "SPREAD": -1},
    "newest days": {"FEW": 0, "MORE": 0, "SPREAD": -1, "SAMPLED": -1},
    "fortnights and days": {"FEW": 0, "MORE": 0, "OVER_HALF_YEARS": 1e9, "SPREAD": 1e9},
    "fortnights": {"FEW": 0, "MORE": 0, "BY_DAY": 0, "OVER_HALF_YEARS": 1e9, "SPREAD": 1e9},
}


@pytest.mark.parametrize("way", some(WAYS, one_in=2))
def test_every_way_finds_the_same_pages(
    filled: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in WAYS[way].items():
        monkeypatch.setattr(pages, name, value)
    database = Database(filled)
    found_some = 0
    with psycopg.connect(libpq_url(filled)) as connection, database.begin() as tx:
        for search in searches(connection):
            ids = expected(connection, search)
            found_some += len(ids) > 20
            first = tx.overview.find(search, limit=10)
            assert [each.id for each in first] == ids[:10], search
            if first:
                after = search.behind(first[-1])
                second = tx.overview.find(
                    Search(search.words, search.group, after=after, narrowed=search.narrowed),
                    limit=10,
                )
                assert [each.id for each in second] == ids[10:20], search
    database.close()
    assert found_some > 5


def test_a_connection_reads_the_statistics_once_a_minute(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They only decide in which way a page is found."""
    read, reads, now = statistics._read, [], [1000.0]
    monkeypatch.setattr(statistics, "monotonic", lambda: now[0])
    monkeypatch.setattr(statistics, "_read", lambda using: reads.append(now[0]) or read(using))
    database = Database(filled)
    with database.begin() as tx:
        for moment in (1000, 1059, 1061, 1062):
            now[0] = moment
            assert tx.overview.find(Search(narrowed=Narrowing(state="completed")), limit=1)
    database.close()
    assert reads == [1000, 1061]
