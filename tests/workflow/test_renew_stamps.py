"""A file with an ageing time stamp gets a renewed copy, whatever is killed or run twice."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import logging
import shutil
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from former_archive import store_each_file
from house import BROWSER, House
from snapshots import begin_with

from service.agreement.permissions import Role, Staff
from service.agreement.reasons import because, in_words
from service.database.keeping.archive import ArchivedObject
from service.errors import NotAllowed
from service.texts import OURS
from service.wiring.build import build
from service.workflow.keeping import archive, renew_stamps, reread, retrieve, verify
from service.workflow.telling import alarm
from signatures.errors import TimestampUnavailable
from signatures.keys.authority import create_authority, renew_crl
from signatures.keys.rotation import renew_seal, renew_stamp
from signatures.verdict.report import COMPLETENESS_UNKNOWN, GENUINE, Ledger, Report
from signatures.verdict.verify import verify as judge
from storage.config import S3Config
from storage.renewed import original_of

YEAR = timedelta(days=365)


@pytest.fixture(scope="session")
def old_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority made nearly five years ago, when time stamp certificates end; with a seal and a
    revocation list of today."""
    home, now = tmp_path_factory.mktemp("old") / "sleutels", datetime.now(UTC)
    create_authority(home, None, organisation="IT4Professionals", now=now - 4.9 * YEAR)
    renew_seal(home, None, now=now)
    renew_crl(home, None, now=now)
    return home


@pytest.fixture
def old_keys(old_authority: Path, tmp_path: Path) -> Path:
    """The same, for this test to renew."""
    return Path(shutil.copytree(old_authority, tmp_path / "sleutels", symlinks=True))


@pytest.fixture
def aged(
    whole_house: House,
    old_keys: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[House, str]:
    """A completed agreement with ageing time stamps; also in the archive's former format."""
    settings = dataclasses.replace(whole_house.deps.settings, key_dir=old_keys)
    there = whole_house.deps
    built = build(settings, there.database.url, S3Config(bucket="none"))
    deps = dataclasses.replace(
        there, settings=settings, authority=built.authority, sealer=built.sealer
    )
    house = dataclasses.replace(whole_house, deps=deps)
    store = getattr(request, "param", archive.store)
    monkeypatch.setattr(archive, "store", store)
    reference, _ = begin_with(f"archived with old keys, {store}", deps, house.archived)
    return house, reference


def with_new_certificate(house: House) -> House:
    """The operator renews the time stamp certificate while everything runs."""
    renew_stamp(house.deps.settings.key_dir, None, now=datetime.now(UTC))
    return house


def objects(house: House, reference: str) -> dict[str, ArchivedObject]:
    with house.deps.database.begin() as tx:
        kept = tx.archive.objects(tx.agreements.get(reference).id)
    return {each.name: each for each in kept}


def copies(house: House, reference: str) -> dict[str, ArchivedObject]:
    """The renewed copies by the name of their original."""
    found = objects(house, reference)
    return {original_of(name): each for name, each in found.items() if original_of(name)}


def colleague(house: House, *roles: Role) -> Staff:
    made = Staff(str(uuid.uuid4()), "Jan", f"{uuid.uuid4().hex}@x.example", "", frozenset(roles))
    with house.deps.database.begin() as tx:
        tx.accounts.add(made, "x")
    return made


def troubles(house: House) -> list[tuple[str, str]]:
    """The renewals shown on the page Taken."""
    passes(house, "2 minutes")
    stalled, _ = alarm.stalled_items(house.deps, house.staff)
    return [(str(one.kind), one.reference) for one in stalled if one.kind in ("renew", "late")]


def passes(house: House, time: str) -> None:
    for change in (
        "update archive_states set renewal_since = renewal_since - cast(:time as interval)",
        "update alarms set told_at = told_at - cast(:time as interval)",
    ):
        house.rows(change, time=time)


def warned(house: House) -> list[Any]:
    found = house.rows("select \"values\" from messages where kind = 'alarm' order by queued_at")
    return [row[0] for row in found]


@pytest.mark.long
def test_nothing_is_renewed_before_its_time(aged: tuple[House, str]) -> None:
    house, reference = aged
    settings = dataclasses.replace(house.deps.settings, stamp_renew_days=30)
    before = dataclasses.replace(with_new_certificate(house).deps, settings=settings)
    assert renew_stamps.renew_stamps(before) == 0
    assert copies(house, reference) == {}
    noted = house.rows("select name, proves_until from document_stamps order by name")
    assert [name for name, _ in noted] == ["bewijsblad.pdf", "overeenkomst.pdf"]
    (ended,) = house.deps.authority().former_of("tsa")
    assert {until for _, until in noted} == {ended.not_valid_after_utc}


@pytest.mark.long
def test_a_certificate_that_proves_no_longer_is_said(
    aged: tuple[House, str], caplog: pytest.LogCaptureFixture
) -> None:
    house, reference = aged
    with caplog.at_level(logging.ERROR):
        assert renew_stamps.renew_stamps(house.deps) == 0
    assert "renew its certificate" in caplog.text
    assert copies(house, reference) == {}
    renew_stamps.renew_stamps(house.deps)
    assert house.events(reference).count("archive.not_renewed") == 1
    assert troubles(house) == [("renew", reference)]
    assert alarm.alarm(house.deps) == 0  # not within a quarter of an hour
    passes(house, "16 minutes")
    assert alarm.alarm(house.deps) == 1
    assert warned(house)[0]["trouble"] == "renew"
    assert "zegel keys renew-stamp" in in_words(warned(house)[0]["reason"], OURS)

    assert renew_stamps.renew_stamps(with_new_certificate(house).deps) == 2
    assert troubles(house) == []
    assert alarm.alarm(house.deps) == 0
    assert not house.rows("select 1 from alarms")


@pytest.mark.parametrize(
    "aged",
    [archive.store, pytest.param(store_each_file, marks=pytest.mark.long)],
    indirect=True,
)
def test_copies_stand_beside_the_originals(
    aged: tuple[House, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renew_stamps, "AT_ONCE", 1)  # both in one night all the same
    house, reference = aged
    before = objects(house, reference)
    renewing = with_new_certificate(house)
    assert renew_stamps.renew_stamps(renewing.deps) == 2
    assert renew_stamps.renew_stamps(renewing.deps) == 0  # they are valid for five years now
    assert house.events(reference).count("archive.renewed") == 2

    after = objects(house, reference)
    assert {name: after[name] for name in before} == before
    found = copies(house, reference)
    assert set(found) == {"overeenkomst.pdf", "bewijsblad.pdf"}
    for of, kept in found.items():
        copy = retrieve.open_file(house.deps, reference, kept.name, house.staff, BROWSER)[0]
        original = retrieve.open_file(house.deps, reference, of, house.staff, BROWSER)[0]
        assert copy.startswith(original)
        assert len(copy) > len(original)
        assert hashlib.sha256(original).hexdigest() == before[of].sha256
        checked = verify.verify_upload(house.deps, copy)
        assert checked.report.verdict == GENUINE, checked.report.lines()
        assert checked.reference == reference

    report = reread.check(house.deps, reference, house.staff)
    assert report.intact
    assert len(report.renewed) == 2
    assert report.stored.strange == ()
    packed = zipfile.ZipFile(
        io.BytesIO(retrieve.package(house.deps, reference, house.staff, BROWSER))
    )
    bag = {f"{reference}/data/{each.name}" for each in found.values()}
    assert bag <= set(packed.namelist())


@pytest.mark.long
def test_the_copy_goes_to_whom_the_original_may(aged: tuple[House, str]) -> None:
    house, reference = aged
    renew_stamps.renew_stamps(with_new_certificate(house).deps)
    sales, found = colleague(house, Role.SALES), copies(house, reference)
    agreement, sheet = found["overeenkomst.pdf"].name, found["bewijsblad.pdf"].name
    retrieve.open_file(house.deps, reference, agreement, sales, BROWSER)
    with pytest.raises(NotAllowed):
        retrieve.open_file(house.deps, reference, sheet, sales, BROWSER)


@pytest.mark.long
def test_what_a_killed_worker_stored_is_taken_up(
    aged: tuple[House, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, reference = aged
    renewing = with_new_certificate(house)

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> int:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(renew_stamps, "_note", die)
        with pytest.raises(Killed):
            renew_stamps.renew_stamps(renewing.deps)
    assert copies(house, reference) == {}

    asked: list[bytes] = []
    sealer = renewing.deps.sealer()
    made = sealer.renew
    monkeypatch.setattr(sealer, "renew", lambda pdf: asked.append(pdf) or made(pdf))
    assert renew_stamps.renew_stamps(renewing.deps) == 2
    assert len(asked) == 1  # only the one not stored yet
    assert reread.check(house.deps, reference, house.staff).intact


@pytest.mark.long
def test_two_workers_make_one_copy_of_each(aged: tuple[House, str]) -> None:
    house, reference = aged
    renew_stamps.renew_stamps(house.deps)  # read the present copies
    renewing = with_new_certificate(house)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(renew_stamps.renew_stamps, renewing.deps) for _ in range(2)]
        done = sum(each.result() for each in runs)
    renew_stamps.renew_stamps(renewing.deps)
    assert done <= 2
    assert len(copies(house, reference)) == 2
    assert house.events(reference).count("archive.renewed") == 2
    assert reread.check(house.deps, reference, house.staff).intact


def test_an_authority_that_is_away_is_told_and_the_next_night_tries_again(
    aged: tuple[House, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, reference = aged
    renewing = with_new_certificate(house)

    def away(_pdf: bytes) -> Any:
        raise TimestampUnavailable("weg")

    with monkeypatch.context() as down:
        down.setattr(renewing.deps.sealer(), "renew", away)
        for _ in range(2):
            assert renew_stamps.renew_stamps(renewing.deps) == 0
    assert house.events(reference).count("archive.not_renewed") == 1
    assert troubles(house) == [("renew", reference)]
    assert renew_stamps.renew_stamps(renewing.deps) == 2
    assert troubles(house) == []


@pytest.mark.long
def test_one_that_came_too_late_is_told_once_and_is_no_damage(aged: tuple[House, str]) -> None:
    house, reference = aged
    renew_stamps.renew_stamps(house.deps)
    house.rows("alter table document_stamps disable trigger user")
    house.rows("update document_stamps set proves_until = clock_timestamp() - interval '1 day'")
    house.rows("alter table document_stamps enable trigger user")
    house.rows("update archived_objects set stamp_proves_until = now() - interval '1 day'")
    for _ in range(2):
        assert renew_stamps.renew_stamps(with_new_certificate(house).deps) == 0
    assert troubles(house) == [("late", reference)]
    passes(house, "16 minutes")
    assert alarm.alarm(house.deps) == 1
    passes(house, "40 days")
    assert alarm.alarm(house.deps) == 0
    assert [each["trouble"] for each in warned(house)] == ["late"]
    assert reread.check(house.deps, reference, house.staff).intact


@pytest.mark.long
def test_a_renewed_copy_that_is_damaged_is_damage(aged: tuple[House, str]) -> None:
    house, reference = aged
    renew_stamps.renew_stamps(with_new_certificate(house).deps)
    copy, store = copies(house, reference)["overeenkomst.pdf"], house.deps.objects()
    data = store.get(copy.key, copy.version_id)
    store.client.delete_object(
        Bucket=store.bucket,
        Key=copy.key,
        VersionId=copy.version_id,
        BypassGovernanceRetention=True,
    )
    store.client.put_object(Bucket=store.bucket, Key=copy.key, Body=data[:-9] + b"#" + data[-8:])
    # As the nightly round examines it, with a second verdict on the originals.
    assert not reread.check(house.deps, reference, house.staff).intact
    with house.deps.database.begin() as tx:
        found = tx.archive.state(tx.agreements.get(reference).id)
    assert found
    assert (found.state, found.failure) == ("corrupt", f"{copy.name}: {because('corrupt')}")
    assert alarm.alarm(house.deps) == 1


@pytest.mark.long
def test_a_copy_whose_time_stamp_ended_is_no_damage(aged: tuple[House, str]) -> None:
    """It no longer proves anything by itself, but is what was stored."""
    house, reference = aged
    renew_stamps.renew_stamps(with_new_certificate(house).deps)
    found = reread.check(house.deps, reference, house.staff)
    name = copies(house, reference)["overeenkomst.pdf"].name
    ended = verify_then(house, found.stored.contents[name], datetime.now(UTC) + 30 * YEAR)
    assert ended.verdict == COMPLETENESS_UNKNOWN
    assert dataclasses.replace(found, verdicts={**found.verdicts, name: ended}).intact


def verify_then(house: House, copy: bytes, moment: datetime) -> Report:
    with house.deps.database.begin() as tx:
        original = tx.documents.original(str(house.rows("select id from agreements")[0][0]))
    assert original
    authority = house.deps.authority()
    ledger = Ledger(original.sha256)
    return judge(copy, roots=authority.roots, ledger=ledger, crls=authority.lists, now=moment)
