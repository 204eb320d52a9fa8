"""A file whose time stamp ages gets a renewed copy beside it, whatever is killed or run twice."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import logging
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from house import BROWSER, House

from service.agreement.permissions import Role, Staff
from service.database.archive import ArchivedObject
from service.errors import NotAllowed
from service.wiring import build
from service.workflow import archive, close, renew_stamps, retrieve, seal, verify
from signatures.authority import create_authority, renew_crl
from signatures.report import GENUINE
from signatures.rotation import renew_seal, renew_stamp
from storage.config import S3Config
from storage.renewed import original_of

YEAR = timedelta(days=365)


@pytest.fixture
def old_keys(tmp_path: Path) -> Path:
    """An authority of nearly five years ago, when its time stamp certificate ends; with a seal and
    a revocation list of today."""
    home, now = tmp_path / "sleutels", datetime.now(UTC)
    create_authority(home, None, organisation="IT4Professionals", now=now - 4.9 * YEAR)
    renew_seal(home, None, now=now)
    renew_crl(home, None, now=now)
    return home


@pytest.fixture
def aged(whole_house: House, old_keys: Path) -> tuple[House, str]:
    """A completed agreement with time stamps that age."""
    settings = dataclasses.replace(whole_house.deps.settings, key_dir=old_keys)
    there = whole_house.deps
    built = build(settings, there.database.url, S3Config(bucket="none"))
    deps = dataclasses.replace(
        there, settings=settings, authority=built.authority, sealer=built.sealer
    )
    house = dataclasses.replace(whole_house, deps=deps)
    reference = house.sent()
    house.signed(reference)
    assert house.countersign(reference)[0].refusal == ""
    for step in (seal.seal, close.close, archive.archive):
        step(house.deps, house.agreement(reference).id)
    return house, reference


def with_new_certificate(house: House) -> House:
    """The operator renews the time stamp certificate, while everything runs."""
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


def test_a_certificate_that_proves_no_longer_is_said(
    aged: tuple[House, str], caplog: pytest.LogCaptureFixture
) -> None:
    house, reference = aged
    with caplog.at_level(logging.ERROR):
        assert renew_stamps.renew_stamps(house.deps) == 0
    assert "renew its certificate" in caplog.text
    assert copies(house, reference) == {}


def test_copies_stand_beside_the_originals(aged: tuple[House, str]) -> None:
    house, reference = aged
    before = objects(house, reference)
    renewing = with_new_certificate(house)
    assert renew_stamps.renew_stamps(renewing.deps) == 2
    assert renew_stamps.renew_stamps(renewing.deps) == 0  # they prove for five years now
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

    report = retrieve.check(house.deps, reference, house.staff)
    assert report.intact
    assert len(report.renewed) == 2
    assert report.stored.strange == ()
    packed = zipfile.ZipFile(
        io.BytesIO(retrieve.package(house.deps, reference, house.staff, BROWSER))
    )
    bag = {f"{reference}/data/{each.name}" for each in found.values()}
    assert bag <= set(packed.namelist())


def test_the_copy_goes_to_whom_the_original_may(aged: tuple[House, str]) -> None:
    house, reference = aged
    renew_stamps.renew_stamps(with_new_certificate(house).deps)
    sales, found = colleague(house, Role.SALES), copies(house, reference)
    agreement, sheet = found["overeenkomst.pdf"].name, found["bewijsblad.pdf"].name
    retrieve.open_file(house.deps, reference, agreement, sales, BROWSER)
    with pytest.raises(NotAllowed):
        retrieve.open_file(house.deps, reference, sheet, sales, BROWSER)


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
    assert len(asked) == 1  # only the one that was not stored yet
    assert retrieve.check(house.deps, reference, house.staff).intact


def test_two_workers_make_one_copy_of_each(aged: tuple[House, str]) -> None:
    house, reference = aged
    renew_stamps.renew_stamps(house.deps)  # read what there is
    renewing = with_new_certificate(house)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(renew_stamps.renew_stamps, renewing.deps) for _ in range(2)]
        done = sum(each.result() for each in runs)
    renew_stamps.renew_stamps(renewing.deps)
    assert done <= 2
    assert len(copies(house, reference)) == 2
    assert house.events(reference).count("archive.renewed") == 2
    assert retrieve.check(house.deps, reference, house.staff).intact
