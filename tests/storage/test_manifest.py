"""The contents of the manifest, and an index built only from manifests."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Any

import pytest
from buckets import OBJECTS, PREFIX, Make, put_plain
from former_archive import store_each_file

from storage import archive
from storage.archive import find, list_packages, store
from storage.check import check
from storage.errors import PackageInvalid
from storage.manifest import BUNDLE, MANIFEST, prefix_of, read_manifest
from storage.objects import ObjectStore


def test_the_manifest_explains_itself_and_betrays_nobody(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    package = make_package()
    stored = store(objects, package, retain_until=until)
    data = objects.get(stored.manifest.key, stored.manifest.version_id)
    manifest = json.loads(data)
    assert manifest["schema"] == "zegel-archive/2"
    assert manifest["controller"] == "'t Hof van Ó Brien-Łódź"
    assert manifest["effective_date"] == "2026-03-02"
    for each in manifest["objects"]:
        kept = objects.read_verified(PREFIX + each["name"], each["version_id"], each["sha256"])
        assert len(kept) == each["size"]
    assert [each["name"] for each in manifest["objects"]] == [n for n in OBJECTS if n != MANIFEST]
    assert {file["name"]: (file["sha256"], file["size"]) for file in manifest["files"]} == {
        name: (hashlib.sha256(content).hexdigest(), len(content))
        for name, content in package.files.items()
    }
    where = {file["name"]: (file["object"], file["kept"]) for file in manifest["files"]}
    assert where.pop("overeenkomst.pdf") == ("overeenkomst.pdf", "whole")
    assert where.pop("bewijsblad.pdf") == ("bewijsblad.pdf", "whole")
    assert where.pop("getoond.pdf") == ("overeenkomst.pdf", "beginning")
    assert set(where.values()) == {(BUNDLE, "member")}
    assert b"@" not in data
    assert not re.search(rb"\d+\.\d+\.\d+\.\d+", data)


def test_the_index_can_be_rebuilt(
    objects: ObjectStore, make_package: Make, until: datetime
) -> None:
    """From a bucket with older packages too."""
    stored = [
        write(objects, make_package(reference=reference), retain_until=until)
        for reference, write in (
            ("VO-2025-00009", store_each_file),
            ("VO-2026-00001", store),
            ("VO-2026-00002", store_each_file),
        )
    ]
    objects.put_once(  # half a package is none
        prefix_of("VO-2026-00003") + "getoond.pdf", b"x", content_type="x/y", retain_until=until
    )
    assert list(list_packages(objects)) == stored
    assert [each.bundled for each in stored] == [False, True, False]
    assert all(check(objects, each).intact for each in stored)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"schema":"zegel-archive/1"}',
        b'{"schema":"zegel-archive/2"}',
        b'{"schema":"zegel-archive/3"}',
        b" " * (archive.MOST_OF_A_MANIFEST + 1),
    ],
    ids=["empty", "list", "facts", "letters", "first", "second", "third", "large"],
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
    "said",
    [
        {"object": "elders.zip"},
        {"object": "overeenkomst.pdf"},
        {"name": "manifest.json"},
        {"size": "1"},
        {"size": -1},
    ],
    ids=str,
)
def test_a_manifest_that_says_what_cannot_be_is_refused(
    objects: ObjectStore, make_package: Make, until: datetime, said: dict[str, Any]
) -> None:
    stored = store(objects, make_package(), retain_until=until)
    manifest = json.loads(objects.get(stored.manifest.key, stored.manifest.version_id))
    one = next(each for each in manifest["files"] if each["name"] == "bewijs.json")
    one |= said
    with pytest.raises(PackageInvalid):
        read_manifest(json.dumps(manifest).encode(), stored.manifest)
