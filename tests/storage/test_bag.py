"""Bags that the Library of Congress's own tool accepts, with the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import bagit
import pytest

from storage.archive import Package, list_packages, load, store
from storage.bag import PAYLOAD, bag
from storage.check import check
from storage.objects import ObjectStore

INFO = {"Source-Organization": "'t Hof van Ó Brien-Łódź", "External-Identifier": "VO-2026-00042"}
FILES = {"a.txt": b"a", "map/één.json": b"{}", "leeg.txt": b""}


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def test_it_works(tmp_path: Path) -> None:
    opened = bagit.Bag(str(written(bag(FILES, INFO), tmp_path / "bag")))
    opened.validate()
    assert opened.info == {**INFO, "Payload-Oxum": "3.3"}
    assert set(opened.payload_files()) == {PAYLOAD + name for name in FILES}


def test_the_same_files_in_another_order_are_the_same_bag() -> None:
    assert bag(FILES, INFO) == bag(dict(reversed(FILES.items())), INFO)


@pytest.mark.parametrize("name", ["data/a.txt", "bag-info.txt", "manifest-sha256.txt", "bagit.txt"])
def test_what_was_changed_or_is_missing_is_found(tmp_path: Path, name: str) -> None:
    folder = written(bag(FILES, INFO), tmp_path / "bag")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(folder)).validate()
    (folder / name).unlink()
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(folder)).validate()


def test_a_value_of_two_lines_is_no_value() -> None:
    with pytest.raises(ValueError):
        bag(FILES, {"External-Description": "one\nPayload-Oxum: 1.1"})


def test_packages_with_and_without_further_files_are_kept_side_by_side(
    objects: ObjectStore, make_package: Callable[..., Package], until: datetime
) -> None:
    """As before and since the evidence package was introduced."""
    further = {
        "LEESMIJ.txt": b"x",
        "README.txt": b"x",
        "sjabloon.docx": b"PK",
        "handelingen/controller_agreement.json": b"{}",
        "zegels/bewijsblad.p7s": b"\x30\x00",
        "tijdstempels/overeenkomst-afsluiting.tst": b"\x30\x00",
        "certificaten/intrekkingslijst-wortel.pem": b"crl",
    }
    kept = [
        store(objects, make_package(reference="VO-2026-00001"), retain_until=until),
        store(objects, make_package(further, reference="VO-2026-00002"), retain_until=until),
    ]
    assert all(check(objects, each).intact for each in kept)
    assert list(list_packages(objects)) == kept
    assert further.items() <= load(objects, kept[1].prefix).files.items()
