"""One agreement, one prefix: stored once whatever is killed, checked, and found again."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import archive
from storage.archive import Package, extend, find, list_packages, load, store, zip_package
from storage.check import check
from storage.errors import (
    ObjectConflict,
    ObjectCorrupt,
    ObjectMissing,
    PackageInvalid,
    StorageUnavailable,
)
from storage.manifest import MANIFEST, prefix_of
from storage.objects import ObjectStore, StoredObject

Make = Callable[..., Package]
PREFIX = "overeenkomsten/2026/VO-2026-00042/"


def keys(objects: ObjectStore) -> list[str]:
    return sorted(version.key for version in objects.versions("overeenkomsten/"))


def test_it_works(objects: ObjectStore, make_package: Make, until: datetime) -> None:
    package = make_package()
    stored = store(objects, package, retain_until=until)
    assert stored.prefix == PREFIX
    assert keys(objects) == sorted(PREFIX + name for name in [*package.files, MANIFEST])
    report = check(objects, stored)
    assert report.intact
    assert report.strange == ()
    assert report.locked_until is not None
    assert abs(report.locked_until - until) < timedelta(seconds=2)
    loaded = load(objects, PREFIX)
    assert loaded.stored == stored
    assert {n: d for n, d in loaded.files.items() if n != MANIFEST} == package.files


def test_the_manifest_explains_itself_and_betrays_nobody(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    package = make_package()
    stored = store(objects, package, retain_until=until)
    data = objects.get(stored.manifest.key, stored.manifest.version_id)
    manifest = json.loads(data)
    assert manifest["schema"] == "zegel-archive/1"
    assert manifest["controller"] == "'t Hof van Ó Brien-Łódź"
    assert manifest["effective_date"] == "2026-03-02"
    assert {file["name"]: file["sha256"] for file in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in package.files.items()
    }
    assert all(file["version_id"] and file["size"] for file in manifest["files"])
    assert b"@" not in data
    assert not re.search(rb"\d+\.\d+\.\d+\.\d+", data)


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


class Killed(BaseException):
    """The end of the process, as far as the code can tell."""


class Mortal(ObjectStore):
    """A store whose process dies at its n-th put, just before it or just after."""

    puts_left = 0
    after = False

    def put_once(self, *arguments: Any, **named: Any) -> StoredObject:
        self.puts_left -= 1
        if self.puts_left < 0:
            raise Killed
        if self.puts_left == 0 and self.after:
            super().put_once(*arguments, **named)
            raise Killed
        return super().put_once(*arguments, **named)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_between_any_two_puts_and_repeated(
    objects: ObjectStore,
    config: Any,
    make_package: Make,
    until: datetime,
    after: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One package per moment of death; at each, the repeat ends as if nothing had happened."""
    monkeypatch.setattr(archive, "AT_ONCE", 1)  # so that every n is one certain moment
    for deaths in range(9):
        package = make_package(reference=f"VO-2026-{deaths:05}")
        mortal = Mortal(config)
        mortal.puts_left, mortal.after = deaths + after, after
        with pytest.raises(Killed):
            store(mortal, package, retain_until=until)
        complete = find(objects, package.facts.prefix) is not None
        assert complete == (after and deaths == 8)  # the manifest is the ninth and last
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


def test_files_put_on_top_and_beside_are_reported_and_change_nothing(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    package = make_package()
    stored = store(objects, package, retain_until=until)
    for name in ("overeenkomst.pdf", MANIFEST, "extra.txt"):
        objects.client.put_object(Bucket=objects.bucket, Key=PREFIX + name, Body=b"forged")
    objects.client.delete_object(Bucket=objects.bucket, Key=PREFIX + "bewijs.json")
    report = check(objects, PREFIX)
    assert report.intact
    assert report.strange == tuple(
        PREFIX + name for name in ("bewijs.json", "extra.txt", MANIFEST, "overeenkomst.pdf")
    )
    assert load(objects, PREFIX).files["overeenkomst.pdf"] == package.files["overeenkomst.pdf"]
    assert list(list_packages(objects)) == [stored]


def test_a_hidden_package_is_still_found(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    for key in keys(objects):
        objects.client.delete_object(Bucket=objects.bucket, Key=key)
    assert list(list_packages(objects)) == [stored]
    assert check(objects, stored).intact


def put_plain(objects: ObjectStore, key: str, data: bytes) -> str:
    """As somebody would without condition or lock; the version id."""
    answer = objects.client.put_object(Bucket=objects.bucket, Key=key, Body=data)
    return answer["VersionId"]


def test_a_wrong_and_a_missing_file_are_told_apart(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    """A manifest that names what is not so: as if the store had damaged and lost a file."""
    package = make_package()
    for name, data in package.files.items():
        if name == "logboek.jsonl":
            put_plain(objects, PREFIX + name, b"damaged")
        elif name != "certificaten/wortel.pem":
            put_plain(objects, PREFIX + name, data)
    files = {
        name: StoredObject(PREFIX + name, "0" * 32, hashlib.sha256(data).hexdigest(), len(data))
        for name, data in package.files.items()
    }
    put_plain(objects, PREFIX + MANIFEST, archive.write_manifest(package.facts, files))
    report = check(objects, PREFIX)
    assert not report.intact
    assert report.wrong() == {"logboek.jsonl": "corrupt", "certificaten/wortel.pem": "missing"}
    assert report.begins_with_shown  # found under another version id: a copied bucket
    assert report.locked_until is None
    with pytest.raises((ObjectCorrupt, ObjectMissing)):
        load(objects, PREFIX)


def test_a_manifest_that_is_not_the_recorded_one_is_not_intact(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    recorded = archive.StoredPackage(
        stored.facts,
        stored.files,
        StoredObject(stored.manifest.key, stored.manifest.version_id, "0" * 64, 1),
    )
    report = check(objects, recorded)
    assert not report.intact
    assert not report.manifest_as_recorded


def test_nothing_there_is_not_intact(objects: ObjectStore) -> None:
    assert not check(objects, prefix_of("VO-2026-99999")).intact
    with pytest.raises(ObjectMissing):
        load(objects, prefix_of("VO-2026-99999"))


def test_no_answer_is_no_verdict(
    objects: ObjectStore, wire: Any, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    with pytest.raises(StorageUnavailable):
        check(wire(lambda _reply: None), stored)


def test_all_locks_are_extended_together(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    later = (until + timedelta(days=300)).replace(microsecond=0)
    assert extend(objects, stored, later) == later
    assert check(objects, stored).locked_until == later


def test_the_index_can_be_rebuilt(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = [
        store(objects, make_package(reference=reference), retain_until=until)
        for reference in ("VO-2025-00009", "VO-2026-00001", "VO-2026-00002")
    ]
    objects.put_once(  # half a package is none
        prefix_of("VO-2026-00003") + "getoond.pdf", b"x", content_type="x/y", retain_until=until
    )
    assert list(list_packages(objects)) == stored


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"schema":"zegel-archive/2"}', b"\xff", b'{"schema":"zegel-archive/1"}'],
)
def test_a_foreign_manifest_is_refused(objects: ObjectStore, content: bytes) -> None:
    put_plain(objects, PREFIX + MANIFEST, content)
    with pytest.raises(PackageInvalid):
        find(objects, PREFIX)
    assert not check(objects, PREFIX).intact


def test_a_manifest_of_another_agreement_is_refused(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    data = objects.get(stored.manifest.key, stored.manifest.version_id)
    put_plain(objects, prefix_of("VO-2026-00043") + MANIFEST, data)
    with pytest.raises(PackageInvalid):
        find(objects, prefix_of("VO-2026-00043"))


@pytest.mark.parametrize(
    "name",
    ["../x.pdf", "a/b/c.pdf", "Naam Voornaam.pdf", "x.exe", "manifest.json", "/x.pdf", ".pdf"],
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


def test_a_zip_is_always_the_same_bytes(make_package: Make) -> None:
    files = make_package().files
    made = zip_package(files, folder="VO-2026-00042")
    assert made == zip_package(dict(reversed(files.items())), folder="VO-2026-00042")
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == {
            f"VO-2026-00042/{name}": data for name, data in files.items()
        }
    assert zipfile.ZipFile(io.BytesIO(zip_package(files))).namelist() == sorted(files)
