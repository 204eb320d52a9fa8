"""A package from before the sheet listed its parts: accepted, and what it does prove is checked
strictly.

``packages/VO-2026-00002.zip`` is such a package (``zegel-evidence/2``). Its root is inside; here it
is given as if from elsewhere.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from signatures.command import main
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import signed_fields
from signatures.verdict.found_seals import read_seal
from tests.signatures.manipulations import MANIPULATIONS
from tests.signatures.repacking import (
    certificate,
    erase,
    packed,
    relisted,
    unpacked,
)
from tests.variants import some

GENUINE, INVALID, UNKNOWN = 0, 1, 3
OLD = (Path(__file__).parent / "packages" / "VO-2026-00002.zip").read_bytes()
# What an old sheet proves in other ways than by a list of parts; tests/web/staff tries all of them
# on new packages.
OTHERWISE = (
    "no records",
    "one record more",
    "one record less",
    "no seals",
    "no time stamps",
    "no explanations",
    "no certificates",
    "no evidence",
    "no log",
    "no agreement",
    "no sheet",
    "a file that all lists name",
    "evidence about another person",
    "a rewritten log",
    "less than what was shown",
    "another template",
)

ALONE = {name: MANIPULATIONS[name] for name in OTHERWISE}


def test_the_words_of_older_seals_are_still_read() -> None:
    file = Revisions(unpacked(OLD)[1]["overeenkomst.pdf"])
    found = [read_seal(file, signed).found for signed in signed_fields(file)]
    assert [(each.capacity, each.signed_at) for each in found[1:3]] == [
        ("Bestuurder, Bakkerij Peeters", datetime(2026, 11, 28, 13, 7, tzinfo=UTC)),
        ("Zaakvoerder, IT4Professionals", datetime(2026, 11, 28, 13, 7, tzinfo=UTC)),
    ]


@pytest.fixture
def root(tmp_path: Path) -> str:
    """The service's root, from outside the package."""
    file = tmp_path / "root.pem"
    file.write_bytes(unpacked(OLD)[1]["certificaten/wortel.pem"])
    return str(file)


@pytest.fixture
def told(
    tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> Callable[[bytes], dict[str, Any]]:
    """A function that returns the command's output about a package."""

    def tell(package: bytes) -> dict[str, Any]:
        file = tmp_path / "pakket.zip"
        file.write_bytes(package)
        status = main(["verify", str(file), "--root", root, "--json"])
        said: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        assert said[0]["status"] == status
        return said[0]

    return tell


Told = Callable[[bytes], dict[str, Any]]


def found(said: dict[str, Any], kind: str = "problems") -> set[tuple[str, str]]:
    return {(each["code"], each["name"]) for each in said[kind]}


def test_an_old_package_is_genuine_and_says_what_it_cannot_prove(told: Told) -> None:
    said = told(OLD)
    assert (said["status"], said["verdict"], said["problems"]) == (GENUINE, "genuine", [])
    assert found(said, "remarks") == {
        ("read_me_unsealed", "LEESMIJ.txt"),
        ("read_me_unsealed", "README.txt"),
        ("no_list", ""),
    }
    assert "als onbekend" in said["package"]["sentence"]
    assert packed(*unpacked(OLD)) == OLD  # so that a manipulation changes nothing else


@pytest.mark.parametrize("name", some(ALONE, one_in=4))
def test_every_manipulation_of_an_old_package_is_named(told: Told, name: str) -> None:
    folder = unpacked(OLD)[0]
    said = told(ALONE[name].made(OLD, OLD))
    assert said["status"] == INVALID
    assert ALONE[name].is_among(found(said), folder), said["problems"]
    assert all(each["sentence"] for each in said["problems"])


def test_what_was_erased_is_said_and_is_no_fault(told: Told) -> None:
    folder, files, labels = unpacked(OLD)
    files["logboek.jsonl"] = erase(files["logboek.jsonl"])
    said = told(packed(folder, relisted(files), labels))
    assert (said["status"], said["problems"]) == (GENUINE, [])
    assert ("log_erased", "logboek.jsonl") in found(said, "remarks")


def test_a_template_that_was_not_kept_is_no_fault(told: Told) -> None:
    folder, files, labels = unpacked(OLD)
    del files["sjabloon.docx"]
    said = told(packed(folder, relisted(files), labels))
    assert (said["status"], said["problems"]) == (GENUINE, [])
    assert ("template_absent", "sjabloon.docx") in found(said, "remarks")


def test_packed_anew_by_another_program_it_is_the_same_package(told: Told) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        with zipfile.ZipFile(io.BytesIO(OLD)) as source:
            folder = source.namelist()[0].split("/")[0]
            target.mkdir(folder)
            for each in source.namelist():
                target.writestr(each, source.read(each))
    assert told(made.getvalue())["status"] == GENUINE


def test_what_anyone_can_write_makes_nothing_genuine(told: Told, tmp_path: Path, root: str) -> None:
    """Anybody can write a manifest beside a PDF, but not the sealed sheet."""
    files = unpacked(OLD)[1]
    pdf = tmp_path / "overeenkomst.pdf"
    pdf.write_bytes(files["overeenkomst.pdf"])
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"])
    assert main(["verify", str(pdf), "--root", root]) == UNKNOWN
    (tmp_path / "bewijsblad.pdf").write_bytes(files["bewijsblad.pdf"])
    assert main(["verify", str(pdf), "--root", root]) == GENUINE
    assert main(["verify", str(tmp_path / "bewijsblad.pdf"), "--root", root]) == UNKNOWN


def test_against_the_root_of_another_service_nothing_of_it_holds(told: Told, root: str) -> None:
    Path(root).write_bytes(certificate())
    said = told(OLD)
    assert said["status"] == INVALID
    assert {
        ("sheet_invalid", "bewijsblad.pdf"),
        ("agreement_invalid", "overeenkomst.pdf"),
    } <= found(said)
