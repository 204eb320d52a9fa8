"""From the last act to the archive, and what it gives to whom."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import uuid
import zipfile
from collections import Counter
from datetime import UTC
from typing import Any

import pytest
from former_archive import store_each_file
from house import BROWSER, House

from service.agreement.lists import Search
from service.agreement.permissions import Permission, Role, Staff
from service.agreement.states import PackageState, State
from service.database.keeping.archive import ArchivedObject
from service.documents.check import compact
from service.documents.pdf_text import read_pdf_text
from service.errors import NotAllowed, NotFound
from service.workflow.keeping import archive, listing, reread, retain, retrieve
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import change_email
from service.workflow.package_files import sealed_files
from service.workflow.sealing import close, seal
from service.workflow.signing import read
from service.workflow.telling import deliver
from signatures.package.names import AGREEMENT

OBJECTS = {"overeenkomst.pdf", "bewijsblad.pdf", "bijlagen.zip", "manifest.json"}
FILES = {*OBJECTS - {"bijlagen.zip"}, "bewijs.json", "logboek.jsonl", "getoond.pdf"}


def colleague(house: House, *roles: Role) -> Staff:
    """A member of staff with only these roles."""
    made = Staff(
        str(uuid.uuid4()), "Jan Claes", f"{uuid.uuid4().hex}@x.example", "", frozenset(roles)
    )
    with house.deps.database.begin() as tx:
        tx.accounts.add(made, "x")
    return made


def state_of(house: House, reference: str) -> Any:
    with house.deps.database.begin() as tx:
        return tx.archive.state(tx.agreements.get(reference).id)


class Requests:
    """Counts requests to the store, by operation."""

    def __init__(self, house: House) -> None:
        self._asked: Counter[str] = Counter()
        events = house.deps.objects().client.meta.events
        events.register("before-send.s3.*", self._count)

    def _count(self, event_name: str, **_: Any) -> None:
        self._asked[event_name.rpartition(".")[2]] += 1

    def since(self) -> dict[str, int]:
        """The requests since the last call."""
        found, self._asked = dict(self._asked), Counter()
        return found


def test_the_whole_road(whole_house: House) -> None:
    house = whole_house
    requests = Requests(house)
    reference, secret = house.archived()
    asked = requests.since()
    assert (asked["PutObject"], asked["GetObject"]) == (4, 4)  # stored, and read back
    agreement = house.agreement(reference)
    assert agreement.state is State.COMPLETED
    assert state_of(house, reference).state == "verified"
    with house.deps.database.begin() as tx:
        original = tx.documents.original(agreement.id)
        frozen = tx.documents.frozen_pdf(agreement.id, 1)
    assert original is not None
    assert original.pdf is not None
    assert frozen is not None
    assert original.pdf.startswith(frozen[0])  # the signed text is in it
    events = house.events(reference)
    once = ("original.closed", "evidence.made", "agreement.completed", "archive.stored")
    assert all(events.count(each) == 1 for each in (*once, "archive.verified"))
    assert events.count("act.sealed") == 3

    completed = house.mails(reference, "completed")
    assert {mail.recipient for mail in completed} == {
        "an@peeters.example",
        "info@peeters.example",
        house.staff.email,
    }
    assert all(mail.attach_original for mail in completed)
    for mail in completed:
        deliver.deliver(house.deps, mail.id)

    _hands_out(house, reference, secret, original.sha256)
    _is_checked(house, reference)
    _outlives_the_working_copies(house, reference, original.sha256)


def test_the_evidence_says_who_came_instead_of_whom_and_how_that_was_proved(
    whole_house: House,
) -> None:
    house = whole_house
    reference = house.sent()
    corrected = ("Ann Peeters", "ann@peeters.example")
    change_email.change_email(house.deps, reference, *corrected, house.staff)
    house.passed_on(house.opened(reference))
    used = house.rows("select created_at, consumed_at from code_challenges")[0]
    secret = house.ready(reference, signatory_name="Jan Claes")
    house.prepared(reference, secret, typed="Jan Claes")
    house.sign(reference, secret)
    house.countersign(reference)
    agreement_id = house.agreement(reference).id
    for step in (seal.seal, close.close):
        step(house.deps, agreement_id)
    with house.deps.database.begin() as tx:
        original = tx.documents.original(agreement_id)
    assert original is not None
    assert original.evidence_json
    assert original.evidence_pdf
    changed, delegated = json.loads(original.evidence_json)["delegations"]
    assert changed == {
        "from": "An Peeters",
        "to": "Ann Peeters",
        "by": "processor",
        "mailbox": None,
    }
    assert delegated == {
        "from": "Ann Peeters",
        "to": "Jan Claes",
        "by": "signatory",
        "mailbox": {
            "address": "ann@peeters.example",
            "code_sent_at": used[0].astimezone(UTC).isoformat(),
            "code_confirmed_at": used[1].astimezone(UTC).isoformat(),
        },
    }
    printed = compact(read_pdf_text(original.evidence_pdf).text)
    for words in (
        "Een medewerker van de Verwerker wijzigde naam of e-mailadres van de ondertekenaar",
        "Ann Peeters stuurde de uitnodiging door aan Jan Claes",
        "Controle van de mailbox van wie doorstuurde: Code gemaild naar ann@peeters.example",
        "De mailbox van wie doorstuurde, was bevestigd met een code op",
    ):
        assert compact(words) in printed, words


def _hands_out(house: House, reference: str, secret: str, sha256: str) -> None:
    """To those who may have it, with every download in the log."""
    keeper, sales = colleague(house, Role.ARCHIVE), colleague(house, Role.SALES)
    before = house.events(reference).count("archive.downloaded")
    pdf, kind = retrieve.open_file(house.deps, reference, "overeenkomst.pdf", keeper, BROWSER)
    assert (hashlib.sha256(pdf).hexdigest(), kind) == (sha256, "application/pdf")
    packed = zipfile.ZipFile(io.BytesIO(retrieve.package(house.deps, reference, keeper, BROWSER)))
    names = {
        name.rsplit("/", 1)[-1] if "certificaten" not in name else "" for name in packed.namelist()
    }
    assert names >= FILES
    assert house.events(reference).count("archive.downloaded") == before + 2
    proof, _ = retrieve.open_file(house.deps, reference, "bewijs.json", keeper, BROWSER)
    assert json.loads(proof)["reference"] == reference

    retrieve.open_file(house.deps, reference, "overeenkomst.pdf", sales, BROWSER)
    for door in (
        lambda: retrieve.open_file(house.deps, reference, "bewijs.json", sales, BROWSER),
        lambda: retrieve.package(house.deps, reference, sales, BROWSER),
        lambda: listing.listing(house.deps, Search(), keeper),
        lambda: retrieve.shown_pdf(house.deps, reference, keeper),
    ):
        with pytest.raises(NotAllowed):
            door()
    with pytest.raises(NotFound):
        retrieve.open_file(house.deps, reference, "../manifest.json", keeper, BROWSER)
    own = read.fetch_sealed(house.deps, secret, BROWSER, AGREEMENT)
    assert hashlib.sha256(own.pdf).hexdigest() == sha256


def _is_checked(house: House, reference: str) -> None:
    """A check compares with what was recorded when storing; the log names who asked for it."""
    keeper = colleague(house, Role.ARCHIVE)
    mails = len(house.mails(reference))
    requests = Requests(house)
    assert reread.check(house.deps, reference, keeper).intact
    assert requests.since() == {"GetObject": 4, "ListObjectVersions": 1}
    with house.deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        last = tx.audit.of(agreement.id)[-1]
        objects = tx.archive.objects(agreement.id)
    assert (last.event.value, last.actor) == ("archive.verified", "system")
    assert last.data["asked_by"] == f"staff:{keeper.id}"
    assert len(house.mails(reference)) == mails
    assert {each.name for each in objects} == OBJECTS

    others = next(each for each in objects if each.name == "bijlagen.zip")
    _record(house, agreement.id, dataclasses.replace(others, sha256="0" * 64))
    damaged = reread.check(house.deps, reference, keeper)
    assert not damaged.stored.intact
    assert not damaged.intact
    assert state_of(house, reference).state == "corrupt"
    assert house.events(reference)[-1] == "archive.damaged"
    _record(house, agreement.id, others)
    assert reread.check(house.deps, reference, keeper).intact
    assert state_of(house, reference).state == "verified"
    assert len(house.mails(reference)) == mails


def _record(house: House, agreement_id: str, kept: ArchivedObject) -> None:
    house.rows(
        "update archived_objects set sha256 = decode(:sha, 'hex')"
        " where agreement_id = :id and name = :name",
        sha=kept.sha256,
        id=agreement_id,
        name=kept.name,
    )


def _outlives_the_working_copies(house: House, reference: str, sha256: str) -> None:
    """When only the archive has the bytes, the same are handed out."""
    agreement_id = house.agreement(reference).id
    with house.deps.database.begin() as tx:
        tx.documents.drop_working_copies(agreement_id)
    requests = Requests(house)
    (found,) = sealed_files(house.deps, agreement_id, AGREEMENT)
    assert requests.since() == {"GetObject": 1}
    assert hashlib.sha256(found).hexdigest() == sha256
    seal.seal(house.deps, agreement_id)
    close.close(house.deps, agreement_id)
    archive.archive(house.deps, agreement_id)
    assert house.agreement(reference).state is State.COMPLETED
    assert state_of(house, reference).state == "verified"


@pytest.mark.long
def test_a_package_of_before_stays_as_it_is(
    done: tuple[House, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object for every file; otherwise like one stored today."""
    house, today, _ = done
    with monkeypatch.context() as before:
        before.setattr(archive, "store", store_each_file)
        reference, _ = house.archived()
    agreement = house.agreement(reference)
    with house.deps.database.begin() as tx:
        rows = {each.name: each for each in tx.archive.objects(agreement.id)}
    assert not any(each.inside for each in rows.values())
    held, of_today = (_held(house, each) for each in (reference, today))
    assert held.keys() == of_today.keys() > FILES
    assert {n: hashlib.sha256(d).hexdigest() for n, d in held.items()} == {
        name: each.sha256 for name, each in rows.items()
    }
    for name in ("getoond.pdf", "bewijs.json", "manifest.json"):
        for each, files in ((reference, held), (today, of_today)):
            one, _ = retrieve.open_file(house.deps, each, name, house.staff, BROWSER)
            assert one == files[name]
    page = {each.name: each for each in dossier_of(house.deps, today, house.staff).files}
    assert {name: (each.size, each.sha256) for name, each in page.items()} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in of_today.items()
    }

    assert reread.check(house.deps, reference, house.staff).intact
    house.rows("update archived_objects set locked_until = now() + interval '3 days'")
    assert retain.prolong_locks(house.deps) == len(rows) + len(OBJECTS)
    house.rows("update archive_states set state = 'locked'")
    archive.archive(house.deps, agreement.id)  # as after a restored backup
    assert state_of(house, reference).state == "verified"
    there = house.deps.objects().versions(state_of(house, reference).prefix)
    assert sorted((each.key, each.version_id) for each in there) == sorted(
        (each.key, each.version_id) for each in rows.values()
    )


def _held(house: House, reference: str) -> dict[str, bytes]:
    """The files of the package that is handed out."""
    data = retrieve.package(house.deps, reference, house.staff, BROWSER)
    inside = f"{reference}/data/"
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = [each for each in packed.namelist() if each.startswith(inside)]
        return {name.removeprefix(inside): packed.read(name) for name in names}


def test_the_archive_shows_only_what_was_signed(house: House) -> None:
    running, signed = house.sent(), house.sent()
    house.signed(signed)
    house.countersign(signed)
    keeper = colleague(house, Role.ARCHIVE)
    page = listing.search_archive(house.deps, Search(archived_only=True), keeper)
    assert [line.reference for line in page.lines] == [signed]
    assert dossier_of(house.deps, signed, keeper).agreement.reference == signed
    for reference in (running, "VO-2026-99999"):  # not yours and not there look alike
        with pytest.raises(NotFound):
            dossier_of(house.deps, reference, keeper)
    for door in (
        lambda: retrieve.open_file(house.deps, signed, "overeenkomst.pdf", keeper, BROWSER),
        lambda: retrieve.package(house.deps, signed, keeper, BROWSER),
        lambda: reread.check(house.deps, signed, keeper),
    ):
        with pytest.raises(NotFound):
            door()
    assert "archive.downloaded" not in house.events(signed)
    assert not keeper.may(Permission.SEE_AGREEMENTS)


def test_a_failure_to_archive_is_told_once_a_spell(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    house.countersign(reference)
    agreement_id = house.agreement(reference).id
    archive.note_failure(house.deps, agreement_id, "x")
    assert state_of(house, reference) is None
    with house.deps.database.begin() as tx:
        tx.archive.set_state(agreement_id, PackageState.LOCAL, "")
    for _ in range(3):
        archive.note_failure(house.deps, agreement_id, "StorageUnavailable: geen antwoord")
    assert house.events(reference).count("archive.failed") == 1
    assert state_of(house, reference).failure.startswith("StorageUnavailable")


def test_a_failure_to_seal_is_told_once_a_spell_and_never_undoes_the_signatures(
    house: House,
) -> None:
    reference = house.sent()
    house.signed(reference)
    house.countersign(reference)
    before = house.agreement(reference)
    for _ in range(3):
        seal.note_failure(house.deps, before.id, "TimestampUnavailable")
    failed = house.agreement(reference)
    assert failed.state is State.SEAL_FAILED
    assert failed.effective_date == before.effective_date
    assert house.events(reference).count("seal.failed") == 1
