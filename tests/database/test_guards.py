"""What the database refuses from everybody, in any SQL."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from alembic import command
from emptied import as_owner
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from usual import CONTROLLER_ANNEX, PROCESSOR_AGREEMENT, USUAL

from service.agreement.act_record import AcceptedAct, ActRecord
from service.agreement.anchoring import Head
from service.agreement.events import Event
from service.agreement.manifest_facts import ManifestFacts
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM, Staff
from service.agreement.states import DocumentKind, PackageState, PlaceState, State
from service.agreement.template_version import TemplateVersion
from service.database.agreement.documents import Document, Original
from service.database.agreement.seals import Seal
from service.database.engine import Database, Transaction
from service.database.keeping.archive import ArchivedObject
from service.database.log.anchors import Anchor
from service.database.migrate import configuration, upgrade
from service.database.roles import Role
from service.engines.postgres import APPLICATION

Sql = Callable[..., list[Any]]
New = Callable[..., Agreement]
SHA = hashlib.sha256(b"pdf").hexdigest()
FACTS = ManifestFacts(date(2026, 3, 2), "A", "B", "1", {}, {"wortel.pem": "eA=="})
VIEW_SHA = hashlib.sha256(b"<p>x</p>").hexdigest()


def freeze(tx: Transaction, agreement: Agreement) -> None:
    """Store a frozen document with these bytes."""
    assert tx.documents.put(
        agreement.id,
        Document(
            edition=1,
            kind=DocumentKind.FROZEN,
            sha256=SHA,
            pdf=b"pdf",
            pages=1,
            reading_html="<p>x</p>",
            context={},
            template_version="1.0",
            template_sha256=SHA,
            engine="x",
        ),
    )


def act(tx: Transaction, agreement: Agreement, staff: Staff, **changed: Any) -> None:
    made = AcceptedAct(
        place=PROCESSOR_AGREEMENT,
        ordinal=3,
        signatory_id=None,
        staff_id=staff.id,
        signed_at=tx.now(),
        document_sha256=SHA,
        record=ActRecord({"x": 1}),
        record_sha256=SHA,
        image=None,
    )
    tx.documents.add_act(agreement.id, 1, dataclasses.replace(made, **changed))


@pytest.fixture
def signed(database: Database, new: New, staff: Staff) -> Agreement:
    """A fully signed agreement with document, act, original and log."""
    with database.begin() as tx:
        before = new(tx)
        freeze(tx, before)
        act(tx, before, staff)
        assert tx.openings.note(
            before.id,
            1,
            "difference",
            document_sha256=SHA,
            sha256=VIEW_SHA,
            staff_id=staff.id,
            common_sha256=SHA,
            html="<p>x</p>",
        )
        tx.audit.append(before.id, Event.AGREEMENT_CREATED, SYSTEM, personal={"name": "Els"})
        after = dataclasses.replace(
            before,
            state=State.FULLY_SIGNED,
            frozen_sha256=SHA,
            effective_date=date(2026, 3, 2),
            fully_signed_at=tx.now(),
            places=dict.fromkeys(USUAL, PlaceState.SIGNED),
        )
        tx.agreements.save(before, after)
        assert tx.documents.add_original(
            before.id,
            Original(
                edition=1,
                pdf=b"sealed",
                sha256=hashlib.sha256(b"sealed").hexdigest(),
                size=6,
                level="B-LTA",
                evidence_pdf=b"sheet",
                evidence_sha256=hashlib.sha256(b"sheet").hexdigest(),
                evidence_json=b"{}",
                log_jsonl=b"{}\n",
                manifest_facts=FACTS,
                further_files={"LEESMIJ.txt": "eA=="},
            ),
        )
        tx.templates.keep(TemplateVersion(SHA, "agreement", "1.0", "nl-BE", b"docx", ""))
        anchor = Anchor(1, date(2026, 3, 2), b"{}", SHA, b"tsr", tx.now(), "eigen", 1)
        assert tx.anchors.add(anchor, [Head(before.id, 1, SHA)])
        assert not tx.anchors.add(dataclasses.replace(anchor, number=2), [])
        # Kept by the archive, and read back once.
        kept = {
            "getoond.pdf": (3, SHA),
            "leesweergave.html": (8, VIEW_SHA),
            "handelingen/processor_agreement.json": (7, SHA),
            "verschil.html": (8, VIEW_SHA),
        }
        until = tx.now()
        tx.archive.put_objects(
            before.id, [ArchivedObject("bijlagen.zip", "k", "v", SHA, 9, until, kept)]
        )
        tx.archive.set_state(before.id, PackageState.VERIFIED, "p/")
        return after


# What the archive keeps goes from the database: only while the archive is known to hold it.
DROP_SHOWN = "update documents set size = octet_length(pdf), pdf = null"
DROP_VIEW = "update documents set reading_html = null"
DROP_RECORD = "update acts set record = what_stays_of_record(record)"
DROP_DIFFERENCE = "update openings set html = ''"
DROP_COPIES = (
    "update originals set pdf = null",
    "update originals set manifest_facts = manifest_facts - 'certificates'",
    "delete from seals",
)
READ_BACK_TWICE = "update archive_states set judged_twice_at = now()"
FORBIDDEN = [
    "update acts set signed_at = now()",
    "update acts set record = '{}'",
    "delete from acts",
    "truncate acts",
    DROP_RECORD,
    DROP_DIFFERENCE,
    "update openings set sha256 = 'other'",
    "delete from openings",
    "truncate openings",
    "update audit_entries set data = '{}'",
    "update audit_entries set hash = 'x'",
    "delete from audit_entries",
    "truncate audit_entries cascade",
    "update originals set pdf = 'other'",
    "update originals set sha256 = 'other'",
    "update originals set evidence_pdf = 'other'",
    "update originals set evidence_json = 'other'",
    "update originals set log_jsonl = 'other'",
    "update originals set manifest_facts = '{}'",
    "update originals set further_files = '{}'",
    "update originals set created_at = now()",
    "update document_templates set docx = 'other'",
    "delete from document_templates",
    "update anchors set record = 'other'",
    "update anchors set day = '2026-03-01'",
    "delete from anchors",
    "truncate anchors cascade",
    "update anchor_heads set hash = 'other'",
    "delete from anchor_heads",
    "truncate anchor_heads",
    "delete from originals",
    "truncate originals",
    "update documents set pdf = 'other'",
    "update documents set reading_html = 'other'",
    "update documents set kind = 'preview'",
    DROP_SHOWN,
    DROP_VIEW,
    "truncate seals",
    "delete from documents",
    "truncate documents",
    "update agreements set effective_date = '2026-03-03'",
    "update agreements set effective_date = null, fully_signed_at = null, state = 'voided'",
    "update agreements set fully_signed_at = now()",
    "update agreements set edition = 2",
    "update agreements set countersigner_id = sender_id",
    "update agreements set reference = 'VO-2026-99999'",
    "update agreements set frozen_sha256 = 'other'",
    "update agreements set state = 'voided'",
    "update agreements set state = 'in_signing'",
    "delete from agreements",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_was_signed_closed_or_logged_stays(
    signed: Agreement, sql: Sql, statement: str
) -> None:
    with pytest.raises(DBAPIError):
        sql(statement)


def test_working_copies_may_be_emptied_and_never_filled_again(
    signed: Agreement, database: Database, sql: Sql
) -> None:
    with database.begin() as tx:
        tx.documents.drop_working_copies(signed.id)
        kept = tx.documents.original(signed.id)
        assert kept is not None
        assert (kept.pdf, kept.evidence_pdf, kept.evidence_json, kept.log_jsonl) == (None,) * 4
        assert (kept.further_files, kept.manifest_facts.certificates) == (None, {})
        assert tx.documents.frozen(signed.id, 1) is not None
    with pytest.raises(DBAPIError):
        sql("update originals set pdf = 'other'")


NOT_KEPT = [
    "update archive_states set state = 'corrupt'",
    "update archive_states set state = 'missing'",
    "update archive_states set state = 'locked'",
    "delete from archive_states",
]
NOT_SURE = [
    *NOT_KEPT,
    "update archive_states set judged_twice_at = null",
    "update archive_states set disputed_since = now()",
    "update archive_states set failure = 'StorageUnavailable'",
    'update archived_objects set inside = \'{"getoond.pdf": [3, "other"]}\'',
    "delete from archived_objects",
]


@pytest.mark.parametrize("doubt", NOT_KEPT)
def test_nothing_is_emptied_that_the_archive_is_not_known_to_hold(
    signed: Agreement, sql: Sql, database: Database, doubt: str
) -> None:
    with database.begin() as tx:
        seal = Seal(1, b"pdfseal", SHA, tx.now(), "eigen")
        assert tx.seals.add(signed.id, 1, seal, b"pdf")
    sql(doubt)
    for statement in DROP_COPIES:
        with pytest.raises(DBAPIError):
            sql(statement)
    sql("delete from archive_states")
    with database.begin() as tx:
        tx.archive.set_state(signed.id, PackageState.VERIFIED, "p/")
    for statement in DROP_COPIES:
        sql(statement)


@pytest.mark.parametrize("doubt", NOT_SURE)
def test_the_shown_text_stays_while_there_is_a_doubt(
    signed: Agreement, sql: Sql, doubt: str
) -> None:
    sql(READ_BACK_TWICE)
    sql(doubt)
    for statement in (DROP_SHOWN, DROP_VIEW, DROP_RECORD, DROP_DIFFERENCE):
        with pytest.raises(DBAPIError):
            sql(statement)


def test_only_the_bytes_of_the_shown_text_go(
    signed: Agreement, sql: Sql, database: Database
) -> None:
    sql(READ_BACK_TWICE)
    for more in (
        "size = 4, pdf = null",
        "pdf = null",
        "pages = 2, size = octet_length(pdf), pdf = null",
        "context = what_stays_of_context(context)",
    ):
        with pytest.raises(DBAPIError):
            sql(f"update documents set {more}")
    sql(DROP_SHOWN)
    sql(DROP_VIEW)
    with database.begin() as tx:
        assert tx.documents.frozen_pdf(signed.id, 1) == (None, SHA)
        digests = tx.documents.digests(signed.id)
    assert digests is not None
    assert (digests.shown, digests.shown_length) == (SHA, 3)
    sql("update documents set context = what_stays_of_context(context)")
    for again in (
        "context = '{}'",
        "pdf = 'pdf', size = null",
        "size = 5",
        "reading_html = '<p>x</p>'",
    ):
        with pytest.raises(DBAPIError):
            sql(f"update documents set {again}")


def test_only_what_the_archive_lists_goes_from_acts_and_openings(
    signed: Agreement, sql: Sql
) -> None:
    sql(READ_BACK_TWICE)
    for more in (
        "acts set record = '{}'",
        "acts set record = what_stays_of_record(record), record_sha256 = ''",
        "openings set html = '', opened_at = now()",
        "openings set html = '<p>y</p>'",
    ):
        with pytest.raises(DBAPIError):
            sql(f"update {more}")
    sql(DROP_RECORD)
    sql(DROP_DIFFERENCE)
    for again in ("acts set record = '{\"x\": 1}'", "openings set html = '<p>x</p>'"):
        with pytest.raises(DBAPIError):
            sql(f"update {again}")


def test_digests_are_the_same_after_an_upgrade(
    signed: Agreement, database: Database, engine: Engine, staff: Staff
) -> None:
    """They were text; a value that is no digest stays too."""

    def kept() -> list[object]:
        with database.begin() as tx:
            return [
                tx.agreements.get_by_id(signed.id),
                tx.documents.frozen_pdf(signed.id, 1),
                tx.documents.acts(signed.id, 1),
                tx.documents.original(signed.id),
                tx.openings.of(signed.id, 1, SHA, staff_id=staff.id),
                tx.archive.objects(signed.id),
            ]

    before = kept()
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0066")
        connection.exec_driver_sql("set session_replication_role = replica")
        assert connection.exec_driver_sql("select record_sha256 from acts").scalar() == SHA
        connection.exec_driver_sql("update documents set common_sha256 = 'none'")
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    assert kept() == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select common_sha256 from documents").scalar() == b"none"


def test_the_first_original_counts(signed: Agreement, database: Database) -> None:
    with database.begin() as tx:
        first = tx.documents.original(signed.id)
        assert not tx.documents.add_original(
            signed.id,
            Original(
                edition=1,
                pdf=b"another",
                sha256="ab" * 32,
                size=7,
                level="B-LTA",
                evidence_pdf=b"",
                evidence_sha256="",
                evidence_json=b"",
                log_jsonl=b"",
                manifest_facts=FACTS,
                further_files=None,
            ),
        )
        assert tx.documents.original(signed.id) == first


def test_the_first_frozen_document_of_an_edition_counts(
    signed: Agreement, database: Database
) -> None:
    with database.begin() as tx:
        values = Document(
            edition=1,
            kind=DocumentKind.FROZEN,
            sha256="cd" * 32,
            pdf=b"other",
            pages=1,
            reading_html="",
            context={},
            template_version="",
            template_sha256="",
            engine="",
        )
        assert not tx.documents.put(signed.id, values)
        assert tx.documents.frozen_pdf(signed.id, 1) == (b"pdf", SHA)


@pytest.mark.parametrize(
    "changed",
    [{}, {"ordinal": 1}, {"place": CONTROLLER_ANNEX}],
    ids=["both", "place", "ordinal"],
)
def test_a_place_and_an_ordinal_are_signed_once(
    signed: Agreement, database: Database, staff: Staff, changed: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), database.begin() as tx:
        act(tx, signed, staff, **changed)
