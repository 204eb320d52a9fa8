"""An agreement is found by what it is now, also after an upgrade."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from emptied import as_owner
from sqlalchemy import Engine

from service.agreement.annex import Annex, Item
from service.agreement.bulk.states import LineState
from service.agreement.facets import ANY, FLAGS, OPENED, Facets
from service.agreement.lists import Narrowing, Search
from service.agreement.model import Agreement
from service.agreement.permissions import Staff
from service.agreement.progress import Stage
from service.agreement.states import State
from service.database.engine import Database, Transaction
from service.database.migrate import configuration, upgrade
from service.database.roles import Role
from service.engines.postgres import APPLICATION
from service.spreadsheets.table import Row

SENT = datetime(2026, 11, 29, tzinfo=UTC)
IMPORT = "00000000-0000-4000-8000-000000000012"


@pytest.fixture
def imported(
    database: Database, new: Callable[..., Agreement], sql: Callable[..., list[Any]], staff: Staff
) -> Agreement:
    """Made by import 12, with every special kind of data, and then withdrawn."""
    sql(
        "insert into imports (id, number, name, by_id, state, dialect, headings, targets, shape,"
        " options) values (:id, 12, 'a.csv', :by, 'done', '{}', '{}', '{}', '', '{}')",
        id=IMPORT,
        by=staff.id,
    )
    with database.begin() as tx:
        items = tuple(Item("personal_data", flag, flag, flag) for flag in FLAGS)
        made = new(tx, annex=Annex(items, "no"), services=("cloud_storage", "support"))
        tx.lines.add(IMPORT, [Row(1, ("Bakkerij Peeters",))])
        tx.lines.mark(IMPORT, 1, LineState.MADE, agreement_id=made.id)
        ended = dataclasses.replace(made, state=State.VOIDED, sent_at=SENT, opened_at=SENT)
        tx.agreements.save(made, ended)
    return ended


def found(tx: Transaction, search: Search) -> list[str]:
    return [each.id for each in tx.overview.find(search)]


@pytest.mark.parametrize("upgraded", [False, True])
def test_every_filter_finds_it_also_after_an_upgrade(
    database: Database, engine: Engine, imported: Agreement, upgraded: bool
) -> None:
    if upgraded:
        with engine.connect() as connection:
            command.downgrade(configuration(connection), "0057")
            connection.commit()
        upgrade(as_owner(database.url), Role(APPLICATION))
    right: list[dict[str, Any]] = [
        {"owner": imported.sender_id},
        {"state": "voided"},
        {"service": "cloud_storage"},
        {"imported": 12},
    ]
    wrong: list[dict[str, Any]] = [
        {"owner": IMPORT},
        {"state": "draft"},
        {"service": "cloud"},
        {"imported": 1},
    ]
    with database.begin() as tx:
        for given in right:
            assert found(tx, Search(narrowed=Narrowing(**given))) == [imported.id], given
        for given in wrong:
            assert found(tx, Search(narrowed=Narrowing(**given))) == [], given
        for stage in (Stage.STOPPED_DETAILS, OPENED):
            for month in ("2026-11", ANY):
                facets = Facets(sent=month, stage=stage)
                assert found(tx, Search(facets=facets)) == [imported.id], (month, stage)
        for facets in (Facets(sent="2026-10"), Facets(stage=Stage.STOPPED_UNOPENED)):
            assert found(tx, Search(facets=facets)) == []
        for flag in FLAGS:
            facets = Facets(flag=flag, country="BE", service="support")
            assert found(tx, Search("peeters", facets=facets)) == [imported.id], flag


def test_a_template_that_it_gets_later_finds_it(
    database: Database, imported: Agreement, new: Callable[..., Agreement], sql: Callable[..., Any]
) -> None:
    sha256 = "a" * 64
    sql(
        "insert into document_templates (sha256, kind, version, language, docx)"
        f" values ('{sha256}', 'agreement', '9', 'nl', 'x')"
    )
    with database.begin() as tx:
        draft = new(tx)
        assert found(tx, Search(facets=Facets(template=sha256))) == []
        tx.templates.name_where_none(sha256)
        assert found(tx, Search(facets=Facets(template=sha256))) == [draft.id]
        assert found(tx, Search("peeters", facets=Facets(template=sha256))) == [draft.id]
