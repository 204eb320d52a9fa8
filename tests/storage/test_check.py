"""Checking a package: everything missing, changed, put over or put beside is named."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import pytest
from buckets import PREFIX, Make, replace
from former_archive import store_each_file

from storage import archive
from storage.archive import list_packages, load, store
from storage.check import check
from storage.errors import ObjectCorrupt, ObjectMissing, StorageUnavailable
from storage.manifest import BUNDLE, MANIFEST, prefix_of
from storage.objects import ObjectStore
from storage.zipped import zip_package
from tests.variants import some

LOG = "logboek.jsonl"

DAMAGE: dict[str, tuple[Any, dict[str, Any], dict[str, str]]] = {
    "one wrong, one gone": (
        store_each_file,
        {LOG: lambda _d, _f: b"damaged", "certificaten/wortel.pem": lambda _d, _f: None},
        {LOG: "corrupt", "certificaten/wortel.pem": "missing"},
    ),
    "a byte inside": (
        store,
        {BUNDLE: lambda d, _f: d.replace(b'{"seq":2}', b'{"seq":3}')},
        {BUNDLE: "corrupt", LOG: "corrupt"},
    ),
    "one left out": (
        store,
        {BUNDLE: lambda _d, f: zip_package({n: f[n] for n in f if n != LOG})},
        {BUNDLE: "corrupt", LOG: "missing"},
    ),
    "the directory inside cut off": (
        store,
        {BUNDLE: lambda d, _f: d[:-10]},
        {BUNDLE: "corrupt"},
    ),
    "longer than it was": (store, {BUNDLE: lambda d, _f: d + b" "}, {BUNDLE: "corrupt"}),
    "gone": (store, {BUNDLE: lambda _d, _f: None}, {BUNDLE: "missing"}),
    "the other way round": (
        store,
        {
            "bewijsblad.pdf": lambda _d, _f: None,
            BUNDLE: lambda d, _f: d.replace(b"issuer", b"ISSUER"),
        },
        {"bewijsblad.pdf": "missing", BUNDLE: "corrupt", "certificaten/uitgever.pem": "corrupt"},
    ),
}


def test_files_put_on_top_and_beside_are_reported_and_change_nothing(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    package = make_package()
    stored = store(objects, package, retain_until=until)
    for name in ("overeenkomst.pdf", MANIFEST, "extra.txt"):
        objects.client.put_object(Bucket=objects.bucket, Key=PREFIX + name, Body=b"forged")
    objects.client.delete_object(Bucket=objects.bucket, Key=PREFIX + BUNDLE)
    report = check(objects, PREFIX)
    assert report.intact
    assert report.strange == tuple(
        PREFIX + name for name in (BUNDLE, "extra.txt", MANIFEST, "overeenkomst.pdf")
    )
    assert load(objects, PREFIX).files["overeenkomst.pdf"] == package.files["overeenkomst.pdf"]
    assert list(list_packages(objects)) == [stored]


@pytest.mark.parametrize("kind", some(DAMAGE))
def test_a_wrong_and_a_missing_file_are_told_apart(
    objects: ObjectStore, make_package: Make, until: datetime, kind: str
) -> None:
    """For objects and for files inside one; found under another version, as in a copied bucket."""
    write, change, found = DAMAGE[kind]
    package = make_package()
    stored = write(objects, package, retain_until=until)
    bundled = {n: d for n, d in package.files.items() if stored.files[n].object == BUNDLE}
    for name, changed in change.items():
        part = stored.parts[name]
        replace(objects, part, changed(objects.get(part.key, part.version_id), bundled))
    for known in (stored, PREFIX):
        report = check(objects, known)
        assert not report.intact
        assert report.wrong() == found
        assert report.begins_with_shown
        assert report.locked_until is None
    with pytest.raises((ObjectCorrupt, ObjectMissing)):
        load(objects, PREFIX)


@pytest.mark.parametrize("write", [store, store_each_file])
def test_a_sealed_file_that_does_not_begin_with_what_was_shown(
    objects: ObjectStore, make_package: Make, until: datetime, write: Any
) -> None:
    stored = write(objects, make_package(), retain_until=until)
    replace(objects, stored.parts["overeenkomst.pdf"], b"%PDF-1.7 another")
    report = check(objects, stored)
    assert report.wrong() == {"overeenkomst.pdf": "corrupt"}
    assert not report.begins_with_shown


def test_a_manifest_that_lies_about_what_is_inside(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    """With only the prefix the manifest is believed, but each file is compared with it."""
    package = make_package()
    stored = store(objects, package, retain_until=until)
    for name in ("getoond.pdf", "bewijs.json"):
        lie = dataclasses.replace(stored.files[name], sha256="0" * 64)
        files = {**stored.files, name: lie}
        written = archive.write_manifest(stored.facts, stored.parts, files)
        versions = objects.versions(stored.manifest.key)
        (present,) = [each for each in versions if not each.delete_marker]
        manifest = dataclasses.replace(stored.manifest, version_id=present.version_id)
        replace(objects, manifest, written)
        report = check(objects, PREFIX)
        assert not report.intact
        assert report.begins_with_shown == (name != "getoond.pdf")
        assert report.wrong() == ({name: "corrupt"} if name == "bewijs.json" else {})
        with pytest.raises(ObjectCorrupt, match=name):
            load(objects, PREFIX)


def test_a_manifest_that_is_not_the_recorded_one_is_not_intact(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    manifest = dataclasses.replace(stored.manifest, sha256="0" * 64)
    recorded = dataclasses.replace(stored, manifest=manifest)
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
