"""Older packages, with an object for every file, beside current ones."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from buckets import OBJECTS, PREFIX, Killed, Make, Mortal, keys, put_plain
from former_archive import store_each_file

from storage.archive import Package, extend, find, load, store
from storage.check import check
from storage.errors import ObjectConflict
from storage.manifest import MANIFEST
from storage.objects import ObjectStore, StoredObject


def test_what_is_handed_out_is_what_it_was_when_each_file_was_an_object(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    """Including the list, except for the versions, which are those of the containing objects."""
    now = store(objects, make_package(reference="VO-2026-00001"), retain_until=until)
    then = store_each_file(objects, make_package(reference="VO-2026-00002"), retain_until=until)
    (one, listed), (other, former) = (
        (f, json.loads(f.pop(MANIFEST)))
        for f in (dict(load(objects, each.prefix).files) for each in (now, then))
    )
    assert one == other
    for entry in listed["files"]:
        assert entry.pop("version_id") == now.parts[now.files[entry["name"]].object].version_id
    for entry in former["files"]:
        assert entry.pop("version_id") == then.parts[entry["name"]].version_id
    assert {**listed, "reference": former["reference"]} == former
    assert list(listed) == list(former)


@pytest.mark.parametrize("puts", [1, 5, 8])
def test_an_upgrade_in_the_middle_of_storing(
    objects: ObjectStore, config: Any, make_package: Make, until: datetime, puts: int
) -> None:
    """An older worker stored some files, each as an object, and died before the manifest."""
    package = make_package()
    mortal = Mortal(config)
    mortal.puts_left = puts
    with pytest.raises(Killed):
        store_each_file(mortal, package, retain_until=until)
    stored = store(objects, package, retain_until=until)
    report = check(objects, stored)
    assert report.intact
    assert report.strange == ()  # the remaining objects belong to this package
    assert {file.name for file in report.files} == set(OBJECTS)
    assert load(objects, PREFIX).files["bewijs.json"] == package.files["bewijs.json"]
    put_plain(objects, PREFIX + "certificaten/zegel.pem", b"of somebody else")
    put_plain(objects, PREFIX + "logboek.jsonl", b"forged")
    strange = ("certificaten/zegel.pem", "logboek.jsonl")
    assert check(objects, stored).strange == tuple(PREFIX + name for name in strange)


def test_what_was_stored_whole_before_the_upgrade_is_never_written_again(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    package = make_package()
    former = store_each_file(objects, package, retain_until=until)
    before = keys(objects)
    assert store(objects, package, retain_until=until) == former == find(objects, PREFIX)
    assert keys(objects) == before == sorted(PREFIX + name for name in [*package.files, MANIFEST])
    with pytest.raises(ObjectConflict):
        store(objects, make_package({"logboek.jsonl": b"other"}), retain_until=until)
    assert check(objects, former).intact
    later = (until + timedelta(days=300)).replace(microsecond=0)
    assert extend(objects, former, later) == later == check(objects, PREFIX).locked_until


class Overtaken(ObjectStore):
    """While its worker stores, an older worker stores the same package and finishes first."""

    package: Package
    until: datetime

    def put_once(self, key: str, *arguments: Any, **named: Any) -> StoredObject:
        if key.endswith(MANIFEST):
            store_each_file(ObjectStore(self._config), self.package, retain_until=self.until)
        return super().put_once(key, *arguments, **named)


def test_overtaken_by_a_worker_of_before(
    objects: ObjectStore, config: Any, make_package: Make, until: datetime
) -> None:
    """Its package is kept, because it was complete first."""
    late = Overtaken(config)
    late.package, late.until = make_package(), until
    stored = store(late, make_package(), retain_until=until)
    assert not stored.bundled
    assert stored == find(objects, PREFIX)
    assert check(objects, stored).intact
