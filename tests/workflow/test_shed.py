"""What the archive has read back twice leaves the database; then it is read from the archive."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib

import pytest
from house import BROWSER, House
from stores import NO_STORE

from service.agreement.events import Event
from service.agreement.permissions import SYSTEM
from service.database.keeping.archive import packed, unpacked
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.keeping import reread, retain, retrieve
from service.workflow.keeping.dossier import dossier_of
from service.workflow.signing import read
from storage.errors import ObjectCorrupt, StorageUnavailable
from storage.objects import ObjectStore

LONG_AGO = "update archive_states set stored_at = stored_at - interval '31 days'"


@pytest.fixture
def kept(done: tuple[House, str, str], second_verdict_once: None) -> tuple[House, str, str]:
    """A completed agreement that was stored a month ago, and read back once."""
    house, reference, secret = done
    house.rows(LONG_AGO)
    return house, reference, secret


def here(house: House, reference: str) -> tuple[bool, bool]:
    """Whether the database has the PDF, and the reading view."""
    (row,) = house.rows(
        "select d.pdf is not null, reading_html is not null from documents d"
        " join agreements a on a.id = d.agreement_id where reference = :r and kind = 'frozen'",
        r=reference,
    )
    return row[0], row[1]


def test_it_goes_after_the_second_reading_and_is_handed_out_all_the_same(
    kept: tuple[House, str, str],
) -> None:
    house, reference, secret = kept
    before = handed_out(house, reference, secret)
    assert retain.shed(house.deps) == 0  # the archive's own check was the first reading
    assert reread.look(house.deps, house.agreement(reference).id)
    house.rows("update archive_states set stored_at = now() - interval '29 days'")
    assert retain.shed(house.deps) == 0
    house.rows(LONG_AGO)
    assert retain.shed(house.deps) == 1
    assert here(house, reference) == (False, False)
    assert retain.shed(house.deps) == 0
    assert handed_out(house, reference, secret) == before
    assert reread.check(house.deps, reference, house.staff).intact
    assert reread.look(house.deps, house.agreement(reference).id)


def handed_out(house: House, reference: str, secret: str) -> list[object]:
    """All that shows the text, to staff and to who signed."""
    found = dossier_of(house.deps, reference, house.staff)
    return [
        retrieve.shown_pdf(house.deps, reference, house.staff),
        retrieve.shown_text(house.deps, found),
        found.printed_for_us,
        [
            dataclasses.replace(each, locked_until=found.files[0].locked_until)
            for each in found.files
        ],
        read.fetch_shown(house.deps, secret, BROWSER),
        read.frozen(house.deps, secret).html,
    ]


def test_so_do_the_records_of_acts_the_differences_and_what_mails_said(
    kept: tuple[House, str, str],
) -> None:
    """Also where former code has already dropped the text."""
    house, reference, secret = kept
    house.rows("update archive_states set judged_twice_at = now()")
    house.rows("update documents set size = octet_length(pdf), pdf = null where kind = 'frozen'")
    assert house.rows("select from openings where html <> ''")
    house.rows("update messages set state = 'sent' where kind <> 'code'")
    before, signed = dossier_of(house.deps, reference, house.staff), read.acts
    people = [(act.record.person, act.record.organisation) for act in signed(house.deps, secret)]
    assert retain.shed(house.deps) == 1
    acts = signed(house.deps, secret)
    assert [(act.record.person, act.record.organisation) for act in acts] == people
    assert {tuple(act.record.content) for act in acts} == {("person", "organisation")}
    for act in acts:
        name = f"handelingen/{act.place.key}.json"
        record, _ = retrieve.open_file(house.deps, reference, name, house.staff, BROWSER)
        assert hashlib.sha256(record).hexdigest() == act.record_sha256
    assert house.rows("select from openings where html <> ''") == []
    for kind, values, key in house.rows('select kind, "values", key from messages'):
        assert ((values, key) == ({}, None)) == (kind != "code"), kind
    ((inside,),) = house.rows("select inside from archived_objects where name = 'bijlagen.zip'")
    assert inside == {}
    after = dossier_of(house.deps, reference, house.staff)
    assert after.files == before.files
    assert {each.reply_to for each in after.messages if each.state == "sent"} == {""}
    assert [each.kind for each in after.messages] == [each.kind for each in before.messages]
    assert after.timeline[: len(before.timeline)] == before.timeline
    (context,) = house.rows("select context from documents where kind = 'frozen'")
    assert list(context[0]["processor"]) == ["representative"]


def test_the_log_tells_of_delivered_mails_that_were_deleted(kept: tuple[House, str, str]) -> None:
    """Only of those: a mail that the log does not have stays."""
    house, reference, _ = kept
    house.rows("update archive_states set judged_twice_at = now()")
    house.rows("update messages set state = 'sent'")
    house.rows("update code_challenges set created_at = now() - interval '3 days'")
    agreement = house.agreement(reference)
    with house.deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement.id)
        for each in tx.messages.of(agreement.id):
            if each.kind != "receipt":
                told = {"recipient": each.recipient}
                tx.audit.append(
                    agreement.id, Event.MESSAGE_SENT, SYSTEM, personal=told, kind=each.kind
                )

    def mails() -> list[tuple[str, str, str]]:
        shown = dossier_of(house.deps, reference, house.staff).messages
        return sorted((each.kind, each.recipient, each.state) for each in shown)

    before = mails()
    assert {"invitation", "code", "countersign", "completed"} < {kind for kind, *_ in before}
    assert retain.shed(house.deps) == 1
    assert mails() == before
    left = {kind for (kind,) in house.rows("select kind from messages")}
    assert left == {"receipt"}
    assert house.rows("select from code_challenges") == []
    found = dossier_of(house.deps, reference, house.staff)
    assert found.copies == "sent"


def test_a_record_that_the_package_does_not_hold_stays(kept: tuple[House, str, str]) -> None:
    house, _, secret = kept
    house.rows("update archived_objects set inside = inside - 'handelingen/controller_annex.json'")
    house.rows("update archive_states set judged_twice_at = now()")
    assert retain.shed(house.deps) == 1
    whole = {
        act.place.key: "statements" in act.record.content for act in read.acts(house.deps, secret)
    }
    assert [place for place, is_whole in whole.items() if is_whole] == ["controller_annex"]


def test_a_reading_view_that_the_package_does_not_hold_stays(
    kept: tuple[House, str, str],
) -> None:
    """As in packages of before."""
    house, reference, _ = kept
    house.rows("update archived_objects set inside = inside - 'leesweergave.html'")
    house.rows("update archive_states set judged_twice_at = now()")
    assert retain.shed(house.deps) == 1
    assert here(house, reference) == (False, True)
    found = dossier_of(house.deps, reference, house.staff)
    assert retrieve.shown_text(house.deps, found).startswith("<")


def test_what_the_archive_does_not_give_is_told_and_looked_at(
    kept: tuple[House, str, str],
) -> None:
    house, reference, secret = kept
    house.rows("update archive_states set judged_twice_at = now()")
    assert retain.shed(house.deps) == 1
    nowhere = ObjectStore(NO_STORE, attempts=1)
    away = dataclasses.replace(house.deps, objects=lambda: nowhere)
    with pytest.raises(StorageUnavailable):
        retrieve.shown_pdf(away, reference, house.staff)
    downloads = house.events(reference).count("document.downloaded")
    with pytest.raises(StorageUnavailable):
        read.fetch_shown(away, secret, BROWSER)
    assert house.events(reference).count("document.downloaded") == downloads
    other = hashlib.sha256(b"other").hexdigest()
    house.rows(
        "update archived_objects set sha256 = decode(:s, 'hex') where name = 'overeenkomst.pdf'",
        s=other,
    )
    house.rows("delete from procrastinate_jobs")
    with pytest.raises(ObjectCorrupt):
        retrieve.shown_pdf(house.deps, reference, house.staff)
    assert house.jobs() == ["look"]
    house.rows("delete from archived_objects")
    with pytest.raises(NotFound) as nothing:
        retrieve.shown_pdf(house.deps, reference, house.staff)
    assert nothing.value.code is ErrorCode.NOT_FOUND


def test_a_list_that_former_code_packed_is_still_read() -> None:
    """That did not know the usual list."""
    inside = {"bewijs.json": (9, "a1" * 32), "iets nieuws.txt": (1, "b2" * 32)}
    sizes = json.dumps({name: size for name, (size, _) in inside.items()}).encode()
    digests = bytes.fromhex("a1" * 32 + "b2" * 32)
    assert unpacked(zlib.compress(sizes) + digests) == inside
    assert unpacked(packed(inside)) == inside
    assert len(packed(inside)) < len(zlib.compress(sizes) + digests)
