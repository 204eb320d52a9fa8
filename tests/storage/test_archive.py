"""One agreement, one prefix: stored once, whatever is killed or repeated."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from buckets import OBJECTS, PREFIX, Killed, Make, Mortal, keys

from storage import archive
from storage.archive import Package, extend, find, list_packages, load, store
from storage.check import check
from storage.errors import ObjectConflict, PackageInvalid
from storage.manifest import BUNDLE, MANIFEST
from storage.objects import ObjectStore


def test_it_works(objects: ObjectStore, make_package: Make, until: datetime) -> None:
    package = make_package()
    stored = store(objects, package, retain_until=until)
    assert stored.prefix == PREFIX
    assert keys(objects) == [PREFIX + name for name in OBJECTS]
    report = check(objects, stored)
    assert report.intact
    assert report.strange == ()
    assert report.locked_until is not None
    assert abs(report.locked_until - until) < timedelta(seconds=2)
    loaded = load(objects, PREFIX)
    assert loaded.stored == stored
    assert {n: d for n, d in loaded.files.items() if n != MANIFEST} == package.files


def test_twice_is_once(objects: ObjectStore, make_package: Make, until: datetime) -> None:
    first = store(objects, make_package(), retain_until=until)
    before = keys(objects)
    assert store(objects, make_package(), retain_until=until + timedelta(days=3)) == first
    assert keys(objects) == before


def test_by_two_workers_at_once_is_once(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    start = threading.Barrier(2)

    def work(_number: int) -> archive.StoredPackage:
        start.wait()
        return store(objects, make_package(), retain_until=until)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(work, range(2))
    assert one == other
    assert len(keys(objects)) == len(set(keys(objects)))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_between_any_two_puts_and_repeated(
    objects: ObjectStore,
    config: Any,
    make_package: Make,
    until: datetime,
    after: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One package per moment of death; after each, the repetition ends as if nothing had
    happened."""
    monkeypatch.setattr(archive, "AT_ONCE", 1)  # so that every n is a definite moment
    for deaths in range(4):
        package = make_package(reference=f"VO-2026-{deaths:05}")
        mortal = Mortal(config)
        mortal.puts_left, mortal.after = deaths + after, after
        with pytest.raises(Killed):
            store(mortal, package, retain_until=until)
        complete = find(objects, package.facts.prefix) is not None
        assert complete == (after and deaths == 3)  # the manifest is the fourth and last
        stored = store(objects, package, retain_until=until + timedelta(minutes=5))
        assert check(objects, stored).intact
        assert check(objects, stored).strange == ()


def test_another_package_under_the_same_reference_is_a_conflict(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    with pytest.raises(ObjectConflict):
        store(objects, make_package({"logboek.jsonl": b"other"}), retain_until=until)
    with pytest.raises(ObjectConflict):
        store(objects, make_package(controller_name="Iemand anders"), retain_until=until)
    assert check(objects, stored).intact


def test_half_of_another_package_is_a_conflict(
    objects: ObjectStore, config: Any, make_package: Make, until: datetime
) -> None:
    objects.put_once(
        PREFIX + "overeenkomst.pdf", b"another", content_type="x/y", retain_until=until
    )
    with pytest.raises(ObjectConflict):
        store(objects, make_package(), retain_until=until)
    assert find(objects, PREFIX) is None


def test_a_hidden_package_is_still_found(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    for key in keys(objects):
        objects.client.delete_object(Bucket=objects.bucket, Key=key)
    assert list(list_packages(objects)) == [stored]
    assert check(objects, stored).intact


def test_all_locks_are_extended_together(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    later = (until + timedelta(days=300)).replace(microsecond=0)
    assert extend(objects, stored, later) == later
    assert check(objects, stored).locked_until == later


@pytest.mark.parametrize(
    "name",
    [
        "../x.pdf",
        "a/b/c.pdf",
        "Naam Voornaam.pdf",
        "x.exe",
        "manifest.json",
        BUNDLE,
        "/x.pdf",
        ".pdf",
    ],
)
def test_strange_names_are_refused(make_package: Make, name: str) -> None:
    with pytest.raises(PackageInvalid):
        make_package({name: b"x"})


@pytest.mark.parametrize("reference", ["", "VO-2026", "VO-2026-1/..", "vo-2026-1", "../VO-2026-1"])
def test_strange_references_are_refused(make_package: Make, reference: str) -> None:
    with pytest.raises(PackageInvalid):
        make_package(reference=reference)


@pytest.mark.parametrize("missing", [*archive.REQUIRED, "certificaten/"])
def test_an_incomplete_package_is_refused(make_package: Make, missing: str) -> None:
    package = make_package()
    files = {name: data for name, data in package.files.items() if not name.startswith(missing)}
    with pytest.raises(PackageInvalid, match=re.escape(missing)):
        Package(package.facts, files)


@pytest.mark.parametrize("shown", [b"", b"%PDF-1.7 something else"])
def test_what_was_not_shown_is_not_stored(make_package: Make, shown: bytes) -> None:
    with pytest.raises(PackageInvalid, match="does not begin"):
        make_package({"getoond.pdf": shown})


def test_the_sealed_file_is_more_than_the_shown_one(make_package: Make) -> None:
    shown = make_package().files["getoond.pdf"]
    with pytest.raises(PackageInvalid, match="does not begin"):
        make_package({"overeenkomst.pdf": shown})
