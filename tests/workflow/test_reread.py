"""The nightly reading of a real bucket: what is due, found, reported and shown."""

from __future__ import annotations

import dataclasses
import io
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house import House
from snapshots import begin_with

from service.agreement.permissions import Role, Staff
from service.agreement.reasons import because, in_words
from service.database.keeping.archive import ArchivedObject, ArchiveState
from service.errors import NotAllowed
from service.workflow.keeping import archive, reread
from service.workflow.sealing import close, seal
from service.workflow.telling import alarm
from signatures.keys.authority import Authority, create_authority, load_authority
from storage.errors import StorageUnavailable
from storage.zipped import zip_package


@pytest.fixture
def three(whole_house: House, second_verdict_once: None) -> tuple[House, list[str]]:
    """Three agreements archived ten months ago, in order."""
    house = whole_house

    def make() -> tuple[str, ...]:
        first, _ = begin_with("archived", house.deps, house.archived)
        return first, *(house.archived()[0] for _ in range(2))

    references = begin_with("three archived", house.deps, make)
    for number, reference in enumerate(references):
        days_pass(house, 300 - number, reference)
    house.rows("delete from procrastinate_jobs")
    return house, list(references)


@pytest.fixture
def one(done: tuple[House, str, str], second_verdict_once: None) -> tuple[House, str]:
    """One agreement archived ten months ago."""
    house, reference, _ = done
    days_pass(house, 300, reference)
    house.rows("delete from procrastinate_jobs")
    return house, reference


def days_pass(house: House, days: int, reference: str = "%") -> None:
    """Move every check into the past by so many days."""
    house.rows(
        "update archive_states s set looked_at = looked_at - make_interval(days => :days),"
        " checked_at = checked_at - make_interval(days => :days),"
        " judged_twice_at = now()"
        " from agreements a where a.id = s.agreement_id and a.reference like :reference",
        days=days,
        reference=reference,
    )


def state(house: House, reference: str) -> ArchiveState:
    with house.deps.database.begin() as tx:
        found = tx.archive.state(tx.agreements.get(reference).id)
    assert found
    return dataclasses.replace(found, failure=in_words(found.failure, house.staff.language))


def kept(house: House, reference: str, name: str) -> ArchivedObject:
    with house.deps.database.begin() as tx:
        objects = tx.archive.objects(tx.agreements.get(reference).id)
    return next(each for each in objects if each.name == name)


def take_away(house: House, reference: str, name: str) -> bytes:
    """Delete an object, bypassing the lock; returns its bytes."""
    one, objects = kept(house, reference, name), house.deps.objects()
    data = objects.get(one.key, one.version_id)
    where = {"Bucket": objects.bucket, "Key": one.key, "VersionId": one.version_id}
    objects.client.delete_object(**where, BypassGovernanceRetention=True)
    return data


def put(house: House, reference: str, name: str, data: bytes) -> None:
    """A new version over the existing one."""
    objects = house.deps.objects()
    key = kept(house, reference, name).key
    objects.client.put_object(Bucket=objects.bucket, Key=key, Body=data)


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def reader(house: House) -> Staff:
    made = Staff(str(uuid.uuid4()), "Jan", f"{uuid.uuid4().hex}@x.example", "", {Role.ARCHIVE})
    with house.deps.database.begin() as tx:
        tx.accounts.add(made, "x")
    return made


def said(house: House, reference: str, event: str) -> list[Any]:
    with house.deps.database.begin() as tx:
        entries = tx.audit.of(tx.agreements.get(reference).id)
    return [entry for entry in entries if entry.event.value == event]


def alarms(house: House) -> list[Any]:
    return [
        row.said
        for row in house.rows(
            "select \"values\" as said from messages where kind = 'alarm' order by queued_at"
        )
    ]


@pytest.mark.long
def test_the_oldest_are_read_first_and_only_what_is_due(three: tuple[House, list[str]]) -> None:
    house, (first, second, third) = three
    days_pass(house, -100, third)  # seven months ago
    before = state(house, first)
    assert reread.reread(house.deps, 1) == 1
    looked = state(house, first)
    assert looked.state == "verified"
    assert before.looked_at
    assert looked.looked_at == looked.checked_at > before.looked_at + timedelta(days=299)
    (_, entry) = said(house, first, "archive.verified")
    assert (entry.actor, "asked_by" in entry.data) == ("system", False)
    assert len(said(house, second, "archive.verified")) == 1
    assert reread.reread(house.deps, 10) == 1
    assert len(said(house, second, "archive.verified")) == 2
    assert reread.reread(house.deps, 10) == 0
    assert len(said(house, third, "archive.verified")) == 1


@pytest.mark.long
def test_a_night_takes_a_sixtieth_and_a_job_a_part_of_it(
    three: tuple[House, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = three

    def waiting() -> list[int]:
        found = house.rows("select args->'left' from procrastinate_jobs where status = 'todo'")
        house.rows("delete from procrastinate_jobs")
        return [row[0] for row in found]

    assert reread.begin_round(house.deps) == 1
    assert reread.begin_round(house.deps) == 1  # one waiting job is enough
    assert waiting() == [1]
    monkeypatch.setattr(reread, "NIGHTS", 2)
    assert reread.begin_round(house.deps) == 2
    assert waiting() == [2]
    monkeypatch.setattr(reread, "AT_ONCE", 2)
    assert reread.reread(house.deps, 3) == 2
    assert waiting() == [1]
    assert reread.reread(house.deps, 1) == 1
    assert waiting() == []


@pytest.mark.parametrize("size", [1, 59, 60, 61, 1_000_000])
def test_each_is_read_within_a_year_in_an_archive_of_any_size(size: int) -> None:
    """Even if all were stored on one day, and a month of nights is lost."""
    a_night = -(-size // reread.NIGHTS)
    nights = -(-size // a_night)
    assert reread.DUE_AFTER + timedelta(days=nights + 31) < timedelta(days=365)


def test_a_missing_object_is_found_told_and_forgiven_when_it_is_back(
    one: tuple[House, str],
) -> None:
    house, reference = one
    data = take_away(house, reference, "bijlagen.zip")
    for _ in range(2):  # checked again the next night, reported once
        assert reread.reread(house.deps, 3) == 1
        days_pass(house, 1, reference)
    found = state(house, reference)
    assert (found.state, found.failure) == ("missing", "bijlagen.zip: ontbreekt")
    assert found.looked_at > found.checked_at
    (entry,) = said(house, reference, "archive.damaged")
    assert entry.actor == "system"
    assert entry.personal == {"reason": f"bijlagen.zip: {because('missing')}"}
    assert alarm.alarm(house.deps) == 1
    (told,) = alarms(house)
    assert (told["reference"], told["trouble"]) == (reference, "damaged")

    put(house, reference, "bijlagen.zip", data)
    assert reread.reread(house.deps, 3) == 1
    assert (state(house, reference).state, state(house, reference).failure) == ("verified", "")
    assert house.events(reference)[-1] == "archive.verified"
    assert alarm.alarm(house.deps) == 0
    assert not house.rows("select 1 from alarms")


def test_damage_inside_has_the_name_of_a_file(one: tuple[House, str]) -> None:
    house, reference = one
    data = take_away(house, reference, "bijlagen.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as others:
        files = {name: others.read(name) for name in others.namelist()}
    log = files["logboek.jsonl"]
    for change, found in (
        ({**files, "logboek.jsonl": flipped(log)}, ("corrupt", "logboek.jsonl: beschadigd")),
        ({n: files[n] for n in files if n != "bewijs.json"}, ("missing", "bewijs.json: ontbreekt")),
    ):
        put(house, reference, "bijlagen.zip", zip_package(change))
        reread.check(house.deps, reference, house.staff)
        now = state(house, reference)
        assert (now.state, now.failure) == (found[0], f"bijlagen.zip: beschadigd; {found[1]}")
        objects, key = house.deps.objects(), kept(house, reference, "bijlagen.zip").key
        objects.client.delete_object(
            Bucket=objects.bucket, Key=key, VersionId=objects.original(key)
        )


def test_a_new_version_on_top_harms_nobody_and_one_instead_is_damage(
    one: tuple[House, str],
) -> None:
    house, reference = one
    sealed = kept(house, reference, "overeenkomst.pdf")
    objects = house.deps.objects()
    wrong = flipped(objects.get(sealed.key, sealed.version_id))
    put(house, reference, "overeenkomst.pdf", wrong)
    assert reread.reread(house.deps, 1) == 1
    assert state(house, reference).state == "verified"
    assert reread.check(house.deps, reference, house.staff).stored.strange == (sealed.key,)

    days_pass(house, 300, reference)
    take_away(house, reference, "overeenkomst.pdf")
    assert reread.reread(house.deps, 1) == 1
    found = state(house, reference)
    assert (found.state, found.failure) == ("corrupt", "overeenkomst.pdf: beschadigd")


def test_what_somebody_asked_for_is_the_finding_of_the_service(one: tuple[House, str]) -> None:
    """A reader can request a check, but cannot influence the finding."""
    house, reference = one
    keeper = reader(house)
    data = take_away(house, reference, "bewijsblad.pdf")
    assert not reread.check(house.deps, reference, keeper).intact
    assert state(house, reference).state == "missing"
    (entry,) = said(house, reference, "archive.damaged")
    assert (entry.actor, entry.data["asked_by"]) == ("system", f"staff:{keeper.id}")
    assert alarm.alarm(house.deps) == 1
    put(house, reference, "bewijsblad.pdf", data)
    assert reread.check(house.deps, reference, keeper).intact
    assert state(house, reference).state == "verified"


@pytest.fixture(scope="session")
def strange_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A third-party authority."""
    home = tmp_path_factory.mktemp("strange") / "sleutels"
    create_authority(home, None, organisation="Iemand anders", now=datetime.now(UTC))
    return load_authority(home, None)


@pytest.fixture
def strangers(whole_house: House, strange_authority: Authority) -> House:
    """The same house, trusting another authority than the one that sealed."""
    deps = dataclasses.replace(whole_house.deps, authority=lambda: strange_authority)
    return dataclasses.replace(whole_house, deps=deps)


def test_what_the_verdict_refuses_is_not_archived_until_it_is_right(
    whole_house: House, strangers: House
) -> None:
    house = whole_house
    reference = house.sent()
    house.signed(reference)
    house.countersign(reference)
    agreement_id = house.agreement(reference).id
    for step in (seal.seal, close.close):
        step(house.deps, agreement_id)
    archive.archive(strangers.deps, agreement_id)
    archive.archive(strangers.deps, agreement_id)
    found = state(house, reference)
    assert found.state == "corrupt"
    assert found.checked_at is None
    assert "overeenkomst.pdf: Een zegel of tijdstempel komt niet van" in found.failure
    assert "bewijsblad.pdf: Een zegel of tijdstempel komt niet van" in found.failure
    assert len(said(house, reference, "archive.damaged")) == 1
    assert not house.mails(reference, "completed")
    assert alarm.alarm(house.deps) == 1

    days_pass(house, 1)
    assert reread.reread(house.deps, 1) == 1  # nobody has to request it
    assert state(house, reference).state == "verified"
    assert len(house.mails(reference, "completed")) == 3


def test_what_the_verdict_refuses_later_is_damage(one: tuple[House, str], strangers: House) -> None:
    house, reference = one
    assert not reread.check(strangers.deps, reference, house.staff).intact
    assert state(house, reference).state == "corrupt"
    assert reread.check(house.deps, reference, house.staff).intact
    assert state(house, reference).state == "verified"


@pytest.mark.long
def test_killed_in_the_middle(
    three: tuple[House, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, references = three

    class Killed(BaseException):
        pass

    examine = reread.examine
    examined: list[str] = []

    def dying(deps: Any, known: Any, **how: Any) -> Any:
        if examined:
            raise Killed
        examined.append(known.agreement.reference)
        return examine(deps, known, **how)

    with monkeypatch.context() as dead:
        dead.setattr(reread, "examine", dying)
        with pytest.raises(Killed):
            reread.reread(house.deps, 3)
    assert reread.reread(house.deps, 3) == 2
    assert [len(said(house, each, "archive.verified")) for each in references] == [2, 2, 2]
    assert {state(house, each).state for each in references} == {"verified"}


@pytest.mark.long
def test_two_workers_at_once_note_each_once(three: tuple[House, list[str]]) -> None:
    house, references = three
    take_away(house, references[1], "bijlagen.zip")
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(reread.reread, house.deps, 3) for _ in range(2)]
        assert sum(each.result() for each in runs) >= 3
    counts = [len(said(house, each, "archive.verified")) for each in references]
    assert counts == [2, 1, 2]
    assert len(said(house, references[1], "archive.damaged")) == 1


@pytest.mark.long
def test_one_that_cannot_be_examined_keeps_nobody_waiting(
    three: tuple[House, list[str]],
) -> None:
    house, (first, second, third) = three
    its = {"id": house.agreement(first).id}
    house.rows("delete from archived_objects where agreement_id = :id", **its)
    for _ in range(2):
        reread.reread(house.deps, 3)
    assert [state(house, each).state for each in (first, second, third)] == ["verified"] * 3
    assert "LookupError" in state(house, first).failure
    assert len(said(house, first, "archive.unread")) == 1
    assert len(said(house, third, "archive.verified")) == 2
    assert house.jobs() == []


def test_overdue_is_shown_and_told(one: tuple[House, str]) -> None:
    house, first = one
    with pytest.raises(NotAllowed):
        reread.progress(house.deps, reader(house))
    assert reread.progress(house.deps, house.staff).overdue == 0
    assert alarm.alarm(house.deps) == 0
    days_pass(house, 100, first)
    found = reread.progress(house.deps, house.staff)
    assert (found.total, found.overdue, found.oldest) == (1, 1, state(house, first).looked_at)
    stalled, _ = alarm.stalled_items(house.deps, house.staff)
    assert [(each.kind, each.reference) for each in stalled] == [("reread", first)]
    assert alarm.alarm(house.deps) == 1
    assert alarm.alarm(house.deps) == 0
    (told,) = alarms(house)
    assert (told["reference"], told["trouble"], len(told["others"])) == (first, "reread", 0)
    reread.reread(house.deps, 1)
    assert reread.progress(house.deps, house.staff).overdue == 0
    stalled, _ = alarm.stalled_items(house.deps, house.staff)
    assert "reread" not in {each.kind for each in stalled}  # mails that wait for a minute are there


@pytest.mark.long
def test_a_store_that_does_not_answer_says_nothing_about_the_original(
    three: tuple[House, list[str]], deps: Any
) -> None:
    house, (first, second, _) = three
    nowhere = dataclasses.replace(house.deps, objects=deps.objects)
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            reread.reread(nowhere, 3)
    found = state(house, first)
    assert found.state == "verified"
    assert "StorageUnavailable" in found.failure
    assert len(said(house, first, "archive.unread")) == 1
    shown = reread.progress(house.deps, house.staff)
    assert (shown.failing, "StorageUnavailable" in shown.reason) == (first, True)
    assert state(house, second).failure == ""
    reread.reread(house.deps, 3)
    assert (state(house, first).state, state(house, first).failure) == ("verified", "")
    assert reread.progress(house.deps, house.staff).failing == ""
