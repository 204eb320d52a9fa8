"""The migrations create exactly the tables declared in the code."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from emptied import as_owner
from sqlalchemy import Engine, text

from service.agreement.alarms import AlarmKind
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM, Staff
from service.agreement.states import DocumentKind, State
from service.agreement.subjects import Subject
from service.agreement.template_version import TemplateVersion
from service.database.agreement.documents import Document
from service.database.engine import Database
from service.database.keeping.document_stamps import DocumentStamp
from service.database.log.audit_check import check_chain
from service.database.migrate import NEWEST, configuration, upgrade
from service.database.queue.idempotency import Asked
from service.database.roles import Role
from service.database.tables import accounts as account_tables
from service.database.tables import agreements as tables
from service.database.tables import anchors as anchor_tables
from service.database.tables import archive as archive_tables
from service.database.tables import batches as batch_tables
from service.database.tables import documents as document_tables
from service.database.tables import imports as import_tables
from service.database.tables import links as link_tables
from service.database.tables import messages as message_tables
from service.database.tables import questions as question_tables
from service.database.tables.columns import metadata
from service.engines.postgres import APPLICATION


def _ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """Exclude the job engine's own tables."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def test_the_migrated_schema_is_the_declared_one(engine: Engine) -> None:
    assert {
        tables.agreements.name,
        account_tables.staff.name,
        anchor_tables.anchors.name,
        archive_tables.archive_states.name,
        batch_tables.batches.name,
        document_tables.documents.name,
        import_tables.imports.name,
        link_tables.links.name,
        message_tables.messages.name,
        question_tables.questions.name,
    } <= set(metadata.tables)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _ours, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_declared_constraints_and_indexes_are_there(engine: Engine) -> None:
    """What Alembic does not compare: checks by name, and partial or functional indexes."""
    declared = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.name
    } | {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    with engine.connect() as connection:
        found = set(
            connection.exec_driver_sql(
                "select conname from pg_constraint union select indexname from pg_indexes"
            ).scalars()
        )
    assert {name for name in declared if name not in found} == set()


def test_a_key_from_before_the_table_of_keys_still_gives_its_answer(
    database: Database, engine: Engine, new: Callable[..., Agreement], staff: Staff
) -> None:
    with database.begin() as tx:
        made = new(tx)
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0026")
        connection.exec_driver_sql("update agreements set idempotency_key = 'k'")
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    with database.begin() as tx:
        for asked, answer in (
            (Asked(staff, "k", "whatever"), made.reference),
            (Asked(replace(staff, id="another"), "k", "whatever"), None),
        ):
            assert tx.idempotency.answered(asked) == answer


def test_what_was_known_of_stamps_stands_with_the_file_after_an_upgrade(
    database: Database, engine: Engine, new: Callable[..., Agreement]
) -> None:
    with database.begin() as tx:
        made = new(tx)
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0029")
        for name, stamped, until in (
            ("overeenkomst.pdf", "2020-01-01", "2024-01-01"),
            ("vernieuwd/overeenkomst-2023.pdf", "2023-06-01", "2029-01-01"),
        ):
            connection.execute(
                text(
                    "insert into document_stamps"
                    " values (:id, :name, 'overeenkomst.pdf', :at, :until)"
                ),
                {"id": made.id, "name": name, "at": stamped, "until": until},
            )
        for name in ("overeenkomst.pdf", "bewijsblad.pdf"):
            connection.execute(
                text(
                    "insert into archived_objects"
                    " (agreement_id, name, key, version_id, sha256, size, locked_until)"
                    " values (:id, :name, :name, 'v1', 'a', 1, now())"
                ),
                {"id": made.id, "name": name},
            )
        connection.execute(
            text("insert into archive_states values (:id, 'verified', 'p/')"), {"id": made.id}
        )
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    with database.begin() as tx:
        assert [kept.name for _, kept in tx.stamps.unread(9)] == ["bewijsblad.pdf"]
        assert tx.stamps.late(datetime(2028, 1, 1, tzinfo=UTC), date(2000, 1, 1)) == set()
        assert tx.stamps.late(datetime(2030, 1, 1, tzinfo=UTC), date(2000, 1, 1)) == {made.id}
        again = DocumentStamp(
            made.id,
            "vernieuwd/overeenkomst-2028.pdf",
            "overeenkomst.pdf",
            datetime(2028, 1, 1, tzinfo=UTC),
            datetime(2033, 1, 1, tzinfo=UTC),
        )
        assert tx.stamps.add(again)
        assert tx.stamps.late(datetime(2030, 1, 1, tzinfo=UTC), date(2000, 1, 1)) == set()


def test_mails_and_alarms_of_before_they_had_a_subject_go_on(
    database: Database, engine: Engine, new: Callable[..., Agreement], staff: Staff
) -> None:
    with database.begin() as tx:
        made = new(tx)
        link_id = str(uuid.uuid4())
        tx.account_links.add(link_id, staff.id, "invitation", b"h", minutes=60)
    former = {
        "about an agreement": (made.id, "voided", "x@y.example", None, {}),
        "about a job": (None, "alarm", "x@y.example", None, {"what": "job.tidy"}),
        "with a link": (None, "staff_invitation", "old@y.example", link_id, {}),
        "to an account": (None, "countersign_digest", staff.email.upper(), None, {}),
        "to nobody any more": (None, "account_changed", "old@y.example", None, {}),
    }
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0031")
        for key, (agreement_id, kind, to, link, values) in former.items():
            connection.execute(
                text(
                    "insert into messages (id, key, agreement_id, kind, recipient, account_link_id,"
                    ' "values", recipient_name, reply_to) values (gen_random_uuid(), :key,'
                    " :agreement, :kind, :to, :link, :said, '', '')"
                ),
                {
                    "key": key,
                    "agreement": agreement_id,
                    "kind": kind,
                    "to": to,
                    "link": link,
                    "said": json.dumps(values),
                },
            )
        connection.execute(
            text(
                "insert into alarms (subject, subject_id, what) values ('agreement', :id, 'mail')"
            ),
            {"id": made.id},
        )
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    with database.begin() as tx:
        kept = {each: tx.messages.lock(each) for each in tx.messages.waiting(-60)}
        (warned,) = tx.alarms.due(AlarmKind.MAIL, timedelta(-1), timedelta(-1), limit=9)
    assert sorted((each.subject.kind.value, each.subject.id) for each in kept.values() if each) == [
        ("account", ""),
        ("account", staff.id),
        ("account", staff.id),
        ("agreement", made.id),
        ("job", "tidy"),
    ]
    assert (warned.subject, warned.told_at is None) == (Subject.agreement(made.id), False)


def test_an_agreement_from_before_versions_begins_at_the_first(
    database: Database, engine: Engine, new: Callable[..., Agreement]
) -> None:
    with database.begin() as tx:
        made = new(tx)
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0033")
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    with database.begin() as tx:
        before = tx.agreements.lock(made.reference)
        assert before == made
        assert tx.agreements.save(before, replace(before, message="x")).version == 2
        assert tx.agreements.get(made.reference).version == 2


def test_a_frozen_text_names_its_template_after_an_upgrade(
    database: Database, engine: Engine, new: Callable[..., Agreement]
) -> None:
    """One of which the Word file was kept does; what has no text waits for the first start."""
    kept, lost = (TemplateVersion(each * 64, "agreement", "1.0", "nl-BE", b"", "") for each in "ab")
    with database.begin() as tx:
        tx.templates.keep(kept)
        texts = [(new(tx, state=State.READY, frozen_sha256="cc"), each) for each in (kept, lost)]
        for agreement, template in texts:
            tx.documents.put(agreement.id, frozen_from(template))
        draft = new(tx)
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0034")
    upgrade(as_owner(database.url), Role(APPLICATION))
    with database.begin() as tx:
        assert tx.templates.docx(kept.sha256) == kept.docx
        assert tx.templates.get(kept.sha256) is None  # former code kept no declaration
        named = [tx.agreements.get_by_id(each.id).template_sha256 for each, _ in texts]
        assert named == [kept.sha256, ""]
        tx.templates.keep(dataclasses.replace(lost, declaration="[attachment]"))
        assert tx.templates.name_where_none(lost.sha256) == 1
        assert tx.agreements.get_by_id(draft.id).template_sha256 == lost.sha256


def frozen_from(template: TemplateVersion) -> Document:
    """A frozen text that was made from it."""
    return Document(
        edition=1,
        kind=DocumentKind.FROZEN,
        sha256="cc",
        pdf=b"",
        pages=1,
        reading_html="",
        context={},
        template_version=template.version,
        template_sha256=template.sha256,
        engine="",
    )


def test_migrating_again_changes_nothing(database: Database, engine: Engine) -> None:
    upgrade(as_owner(database.url))
    with engine.connect() as connection:
        head = ScriptDirectory.from_config(configuration(connection)).get_current_head()
        found = connection.exec_driver_sql("select version_num from alembic_version").scalar()
    assert found == head == NEWEST


def test_the_log_is_the_same_after_its_digests_became_bytes(
    database: Database, engine: Engine, new: Callable[..., Agreement]
) -> None:
    """What somebody put in the place of a digest is still reported."""
    with database.begin() as tx:
        made = new(tx)
        for name in ("Els", "An", "Ann"):
            tx.audit.append(made.id, Event.AGREEMENT_CREATED, SYSTEM, personal={"name": name})
        before = tx.audit.of(made.id)
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0040")
        for statement in (
            "alter table audit_entries disable trigger all",
            "update audit_entries set hash = 'x' where seq = 3",
            "alter table audit_entries enable trigger all",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    with database.begin() as tx:
        after = tx.audit.of(made.id)
        assert after[:2] == before[:2]
        assert [(each.kind, each.seq) for each in check_chain(after)] == [("changed", 3)]


def test_unsealed_acts_and_waiting_packages_are_found_after_an_upgrade(
    database: Database, engine: Engine, new: Callable[..., Agreement]
) -> None:
    with database.begin() as tx:
        made = new(tx)
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0043")
        for statement in (
            "update agreements set state = 'in_signing', frozen_sha256 = 'f'",
            "insert into acts (id, agreement_id, edition, place, ordinal, signatory_id, signed_at,"
            " document_sha256, record, record_sha256)"
            " select gen_random_uuid(), agreement_id, 1, place, ordinal,"
            " (select id from signatories), '2026-01-01', 'f', '{}', 'r'"
            " from signature_places where party = 'controller'",
            "insert into seals (agreement_id, edition, step, pdf, sha256, token_time,"
            " token_quality) select id, 1, 1, '', 's', now(), 'own' from agreements",
            "insert into archive_states (agreement_id, state, prefix) select id, 'verified', 'p'"
            " from agreements",
            "insert into archived_objects (agreement_id, name, key, version_id, sha256, size,"
            " locked_until, stored_at) select id, 'manifest.json', 'k', 'v', 's', 1, now(),"
            " '2026-02-02' from agreements",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    with engine.connect() as connection:
        unsealed = connection.exec_driver_sql("select agreement_id, ordinal from unsealed_acts")
        assert [(str(row.agreement_id), row.ordinal) for row in unsealed] == [(made.id, 2)]
    with database.begin() as tx:
        assert tx.lagging.unsealed(-1) == [made.id]
        assert tx.shedding.due(1, 9) == []  # not read back twice yet
        tx.archive.note_dispute(made.id, "")
        assert tx.shedding.due(1, 9) == [made.id]


def test_a_package_that_waited_for_the_store_is_found_after_an_upgrade(
    database: Database, engine: Engine, new: Callable[..., Agreement]
) -> None:
    with database.begin() as tx:
        made = new(tx)
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0043")
        connection.exec_driver_sql(
            "insert into archive_states (agreement_id, state, prefix) select id, 'local', ''"
            " from agreements"
        )
        connection.commit()
    upgrade(as_owner(database.url), Role(APPLICATION))
    with database.begin() as tx:
        assert tx.lagging.not_archived(-1) == [made.id]
