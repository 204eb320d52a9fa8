"""Queries over many agreements are answered from an index: checks the query plans.

The queries are those of ``python -m bench.million``, on a database filled in the same way. With a
few thousand agreements a sequential scan would often be faster, so that is disabled: a query that
still scans has no suitable index. The answer does not depend on the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest
from emptied import as_owner, kept_database
from sqlalchemy import event, text

from bench.asked import Asked
from bench.filling import fill
from bench.questions import questions
from bench.workshop import settings_for
from service.agreement.fields import fold
from service.agreement.lists import COUNTED, Search
from service.database.engine import Database
from service.database.lists import pages, searching
from service.engines import EmbeddedPostgres
from service.wiring.build import build, libpq_url
from storage.config import S3Config
from tests.variants import some

AGREEMENTS = 3000
# Tables that do not grow with the number of agreements.
SMALL = {
    "alarms",
    "anchor_objects",
    "anchors",
    "awaiting_us",
    "drafts",
    "failing_jobs",
    "idempotency_keys",
    "kept_forms",
    "link_requests",
    "progress_changes",
    "progress_counts",
    "pg_authid",
    "pg_class",
    "pg_namespace",
    "pg_statistic",
    "sign_requests",
    "staff",
    "template_families",
    "template_versions",
    "unsealed_acts",
}
# Read from one end until there are enough rows.
WALKED = {
    "ix_agreements_activity",
    "ix_agreements_created",
    "ix_agreements_effective",
    "ix_agreements_name",
    "ix_archive_states_looked_at",
    "ix_staff_activity_last_at",
    "pk_audit_entries",
}

# For queries about one signer, one member of staff, one form or one import, or that need more rows
# than here.
FOR_OTHER_QUESTIONS = {
    "ix_agreements_countersigner",
    "ix_agreements_name",
    "ix_applications_asked_at",
    "ix_batch_lines_waiting",
    "ix_batches_running",
    "ix_code_challenges_link_id",
    "ix_import_lines_identities",
    "ix_import_lines_person",
    "ix_import_lines_number",
    "ix_import_lines_sent",
    "ix_import_lines_state",
    "ix_imports_shape",
    "ix_imports_unfinished",
    "ix_kept_forms_expires_at",
    "ix_kept_forms_holder",
    "ix_kept_forms_stranger",
    "ix_known_browsers_staff_id",
    "ix_link_sessions_link_id",
    "ix_links_agreement",
    "ix_links_bundle",
    "ix_mandate_cases_day",
    "ix_mandate_cases_waiting",
    "ix_messages_account_link",
    "ix_messages_sent_as",
    "ix_messages_subject",
    "ix_openings_common",
    "ix_sign_in_tries_counts_until",
    "ix_staff_sessions_staff_id",
}
# Without one of these, some page or job would read a million agreements.
NEEDED = {
    "ix_agreements_activity",
    "ix_agreements_effective",
    "ix_agreements_expires",
    "ix_agreements_number",
    "ix_agreements_search",
    "ix_agreements_state_activity",
    "ix_archive_states_looked_at",
    "ix_archive_states_unfinished",
    "ix_archived_objects_final",
    "ix_archived_objects_locked_until",
    "ix_archived_objects_proves_until",
    "ix_archived_objects_unread",
    "ix_messages_trouble",
    "ix_messages_waiting",
    "ix_originals_working_copy",
    "ix_questions_waiting",
    "uq_audit_entries_seq",
}

# How pages are found depends on these: as with some thousands of agreements, and as with very many.
LIMITS = {name: getattr(pages, name) for name in ("FEW", "MORE", "OVER_HALF_YEARS", "SPREAD")}
FOUND = ("archive filter:", "filter:", "overview: list:", "search:")  # of which that is so

Statement = tuple[str, Any]


@pytest.fixture(scope="module")
def filled(postgres_server: EmbeddedPostgres, worker_name: str) -> Iterator[str]:
    """A database with some thousands of agreements."""
    with kept_database(postgres_server, f"filled_{worker_name}") as url:
        with psycopg.connect(libpq_url(as_owner(url)), autocommit=True) as connection:
            fill(connection, AGREEMENTS)
        yield url


@pytest.fixture(scope="module")
def asked(filled: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Statement]]:
    """Every statement of every query."""
    monkeypatch = pytest.MonkeyPatch()
    deps = build(settings_for(tmp_path_factory.mktemp("data")), filled, S3Config("nowhere"))
    found: dict[str, list[Statement]] = {}
    engine = deps.database._engine
    try:
        person = Asked.of(deps)
        for changed in (set(), {"FEW", "MORE"}, {"OVER_HALF_YEARS"}, {"FEW", "MORE", "SPREAD"}):
            for limit in LIMITS:
                monkeypatch.setattr(pages, limit, 0 if limit in changed else LIMITS[limit])
            for name, _, ask in questions():
                if changed and not name.startswith(FOUND):
                    continue
                said = found.setdefault(name, [])
                note = partial(_note, said)
                event.listen(engine, "before_cursor_execute", note)
                ask(person)
                event.remove(engine, "before_cursor_execute", note)
    finally:
        monkeypatch.undo()
        deps.close()
    return found


@pytest.fixture(scope="module")
def plans(filled: str, asked: dict[str, list[Statement]]) -> dict[str, list[dict[str, Any]]]:
    """Every node of the plans of each query."""
    with psycopg.connect(libpq_url(as_owner(filled)), autocommit=True) as connection:
        connection.execute("set enable_seqscan = off")
        return {
            name: [
                node
                for statement, values in said
                for node in _nodes(_plan(connection, statement, values))
            ]
            for name, said in asked.items()
        }


WORDS = (
    "bakkerij",
    "example",
    "zenner it4professionals",
    "bakkerij antwerpen",
    "ba",
    "27",
    "VO-2024",
    "an2745@klant.example",
    "info2745",
    "bakkerij peeters",
    "zwavelzuur",
    "'t bakkerij",
    "2024",
    "2024 bakkerij",
    "20249",
)
SEARCHES = (
    Search(),
    Search(after=f"{datetime.now(UTC).date() - timedelta(days=500)}T12:00:00+00:00|{UUID(int=0)}"),
    Search(group="waiting"),
    Search(group="awaits_us"),
    Search(group="trouble"),
    Search(group="ended"),
    Search(archived_only=True),
    Search(signed_from=date(2020, 1, 1), archived_only=True),
)


@pytest.fixture(scope="module")
def wanted(filled: str) -> dict[tuple[Search, str], list[str]]:
    """The agreements with these words among what a search without words finds, newest first."""
    found = {}
    database = Database(filled)
    with database.begin() as tx:
        tx._connection.execute(_A_LONGER_WORD)
        kept = {row.id: " " + row.words for row in tx._connection.execute(_WORDS)}
        for search in SEARCHES:
            everything = [each.id for each in tx.overview.find(search, limit=AGREEMENTS)]
            assert len(everything) > 2
            for words in WORDS:
                begun = [f" {word}" for word in fold(words).split()]
                found[search, words] = [
                    each for each in everything if all(word in kept[each] for word in begun)
                ]
    database.close()
    return found


WAYS: dict[str, dict[str, Any]] = {
    "chosen": {},
    "index": {"FEW": 1e9, "MORE": 1e9},
    "whole words": {"FEW": 1e9, "MORE": 1e9},
    "half years": {"OVER_HALF_YEARS": 0, "SPREAD": 1e9},
    "newest fortnights": {"FEW": 0, "MORE": 0, "SPREAD": -1},
    "newest days": {"FEW": 0, "MORE": 0, "SPREAD": -1, "SAMPLED": -1},
    "fortnights and days": {"FEW": 0, "MORE": 0, "DENSE": 0, "OVER_HALF_YEARS": 1e9, "SPREAD": 1e9},
    "fortnights": {"FEW": 0, "MORE": 0, "DENSE": 1e9, "OVER_HALF_YEARS": 1e9, "SPREAD": 1e9},
}


@pytest.mark.parametrize("way", some(WAYS, one_in=2))
def test_every_way_to_search_finds_the_same(
    filled: str,
    wanted: dict[tuple[Search, str], list[str]],
    way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reading the newest one by one, by fortnight, or by index; as it chooses, and each always."""
    ways = set()
    for name, value in WAYS[way].items():
        monkeypatch.setattr(pages, name, value)
    monkeypatch.setattr(searching, "COMMON", 0.001)
    monkeypatch.setattr(searching, "MANY", 0 if way == "whole words" else AGREEMENTS)
    by_fortnight = pages._Found.by_fortnight
    monkeypatch.setattr(
        pages._Found,
        "by_fortnight",
        lambda found: ways.add(found._typed.whole) or by_fortnight(found),
    )
    database = Database(filled)
    with database.begin() as tx:
        for (search, words), ids in wanted.items():
            found = tx.overview.find(replace(search, words=words), limit=30)
            assert [each.id for each in found] == ids[:30], (search, words)
    database.close()
    assert (("2024",) in ways) == way.startswith(("fortnights", "newest"))


# Of an agreement that was not made in 2024.
_A_LONGER_WORD = text("""
update agreements set search = 'bakkerij vo example 20249'
where id = (select id from agreements where reference like 'VO-2025-%' order by id limit 1)
""")
_WORDS = text("""
select id::text, array_to_string(tsvector_to_array(search), ' ') as words from agreements
""")


def test_the_statements_of_lists_are_planned_once(asked: dict[str, list[Statement]]) -> None:
    """Of a bound limit PostgreSQL assumes a tenth of all rows, and so plans anew each time."""
    lists = ("list:", "archive:", "archive filter:", "overview: list:")
    said = [each for name in asked if name.startswith(lists) for each, _ in asked[name]]
    assert any(" LIMIT 26" in each for each in said)
    assert not [each for each in said if "LIMIT %" in each.replace("LIMIT %(read)s", "")]


def test_what_nobody_needs_to_know_is_not_counted(filled: str) -> None:
    database = Database(filled)
    with database.begin() as tx:
        counts = tx.overview.counts()
        drafts = len(tx.overview.find(Search(group="draft"), limit=AGREEMENTS))
    database.close()
    assert counts[""] == counts["completed"] == COUNTED + 1
    assert counts["draft"] == drafts < COUNTED


def _note(said: list[Statement], _1: Any, _2: Any, statement: str, values: Any, *_3: Any) -> None:
    said.append((statement, values))


def _plan(connection: psycopg.Connection[Any], statement: str, values: Any) -> dict[str, Any]:
    row = connection.execute(f"explain (format json) {statement}", values).fetchone()  # type: ignore[arg-type]
    assert row is not None
    plan: dict[str, Any] = row[0][0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any], above: str = "") -> Iterator[dict[str, Any]]:
    yield plan | {"Above": above}
    for part in plan.get("Plans", []):
        yield from _nodes(part, plan["Node Type"])


def test_no_question_reads_a_whole_table(
    plans: dict[str, list[dict[str, Any]]], filled: str
) -> None:
    with psycopg.connect(libpq_url(filled)) as connection:
        partial = {name for (name,) in connection.execute(_PARTIAL)}
    wrong = {
        f"{name}: {node['Node Type']} {node.get('Relation Name')} {node.get('Index Name')}"
        for name, nodes in plans.items()
        for node in nodes
        if _reads_everything(node, partial)
    }
    assert len(plans) > 60
    assert wrong == set()


_PARTIAL = """
select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indpred is not null
"""


_MADE = """
select indexname from pg_indexes where schemaname = 'public' and indexname like 'ix_%'
"""


def _reads_everything(node: dict[str, Any], partial: set[str]) -> bool:
    kind, index = node["Node Type"], node.get("Index Name")
    if node["Above"] == "Limit" and "Filter" not in node:
        return False  # at most that limit
    if kind == "Seq Scan":
        return node["Relation Name"] not in SMALL
    if kind in ("Index Scan", "Index Only Scan", "Bitmap Index Scan"):
        table = node.get("Relation Name")
        conditioned = "Index Cond" in node
        return not (conditioned or index in partial or index in WALKED or table in SMALL)
    return False


def test_who_cannot_sign_any_more_is_found_without_reading_what_runs(
    plans: dict[str, list[dict[str, Any]]],
) -> None:
    index = "ix_agreements_countersigner"
    for name in ("list: first page, with the counts", "queue: what I sign"):
        kinds = {node["Node Type"] for node in plans[name] if node.get("Index Name") == index}
        assert "Index Only Scan" in kinds


def test_what_waits_longest_in_a_state_is_read_first(
    plans: dict[str, list[dict[str, Any]]],
) -> None:
    index, nodes = "ix_agreements_state_since", plans["overview: what waits"]
    read = {
        node["Index Cond"]
        for node in nodes
        if node.get("Index Name") == index and node["Above"] == "Limit"  # without sorting
    }
    assert {f"(state = '{each}'::text)" for each in ("draft", "sent", "preparing")} <= read


def test_a_year_in_the_past_is_searched_by_fortnight(
    plans: dict[str, list[dict[str, Any]]],
) -> None:
    index, nodes = "ix_agreements_search", plans["search: a year long ago"]
    conditions = [node["Index Cond"] for node in nodes if node.get("Index Name") == index]
    assert any("last_activity_at" in each for each in conditions)


def test_each_index_is_used(plans: dict[str, list[dict[str, Any]]], filled: str) -> None:
    """Detects an index that is dropped, or that a statement no longer matches."""
    used = {node.get("Index Name") for nodes in plans.values() for node in nodes}
    with psycopg.connect(libpq_url(filled)) as connection:
        made = {name for (name,) in connection.execute(_MADE)}
    assert len(made) > 30
    assert made - used <= FOR_OTHER_QUESTIONS
    assert used >= NEEDED
