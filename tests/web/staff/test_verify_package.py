"""A whole evidence package on the verify page, for programs, and on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from app_browser import Browser
from cryptography import x509
from emptied import empty
from flask import Flask
from road import signed_and_archived

from service.agreement.permissions import Staff
from service.deps import Deps
from service.workflow.keeping import anchor
from signatures.command import check_files
from signatures.package.case import Trust
from signatures.package.files import read_zip
from signatures.package.verdict import judge
from tests.signatures.manipulations import ANCHORED, MANIPULATIONS, WITH_PARTS
from tests.signatures.repacking import erase, packed, relisted, unpacked
from tests.variants import some

INVALID, GENUINE = 1, 0
ALL = {**MANIPULATIONS, **WITH_PARTS, **ANCHORED}
ASKED_THERE = 10
_kept: list[tuple[str, bytes, bytes]] = []


@pytest.fixture
def packages(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> tuple[str, bytes, bytes, bytes]:
    """A reference, its package, another customer's package, and its evidence sheet; recorded
    here."""
    made = []
    for customer in ("Bakkerij Peeters", "Slagerij Jans"):
        made.append(signed_and_archived(deps, name=customer))
    anchor.anchor(deps)
    first, second = (office.get(f"/archief/{each}/pakket.zip").data for each in made)
    _kept[:] = [(made[0], first, second)]
    return made[0], first, second, unpacked(first)[1]["bewijsblad.pdf"]


def told(app: Flask, data: bytes, kind: str = "zip") -> dict[str, Any]:
    answer = app.test_client().post("/api/verify", data=data, content_type=f"application/{kind}")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.get_json()
    return said


def shown(app: Flask, data: bytes) -> str:
    visitor = Browser(app.test_client())
    visitor.get("/verifieer")
    visitor.post("/verifieer", {"file": (io.BytesIO(data), "bestand")})
    assert visitor.status == 200
    return visitor.page


def test_a_package_and_a_sheet_are_known(
    app: Flask, packages: tuple[str, bytes, bytes, bytes]
) -> None:
    reference, package, _, sheet = packages
    said = told(app, package)
    assert said["verdict"] == "genuine"
    assert {each["state"] for each in said["rules"]} == {"holds"}
    assert said["findings"] == []
    assert said["recorded"]["reference"] == reference
    page = shown(app, package)
    assert f"Verwerkersovereenkomst {reference} tussen" in page
    assert "van kracht sinds" in page

    said = told(app, sheet, "pdf")
    assert (said["verdict"], said["recorded"]["reference"]) == ("genuine", reference)
    assert f"Bewijsblad van verwerkersovereenkomst {reference}" in shown(app, sheet)

    # Names and addresses may have been erased from somebody's copy.
    folder, files, labels = unpacked(package)
    erased = {**files, "logboek.jsonl": erase(files["logboek.jsonl"])}
    said = told(app, packed(folder, relisted(erased), labels))
    assert said["verdict"] == "genuine"
    assert [each["code"] for each in said["findings"]] == ["log_erased"]


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> tuple[str, bytes, bytes]:
    """The packages made by an earlier test, or made now."""
    if not _kept:
        request.getfixturevalue("packages")
    return _kept[0]


def test_what_only_says_that_it_is_an_original_is_refused(
    kept: tuple[str, bytes, bytes], database_url: str, app: Flask
) -> None:
    """Its seals are valid under our own root; but here, where nothing is recorded, it is no
    original."""
    reference, package, _ = kept
    empty(database_url)
    files = unpacked(package)[1]
    agreement, sheet = files["overeenkomst.pdf"], files["bewijsblad.pdf"]
    refusal = f"Dit is niet het vastgelegde origineel van {reference}."
    for data, kind in ((agreement + b" ", "pdf"), (files["getoond.pdf"], "pdf")):
        assert told(app, data, kind)["sentence"] == refusal
    for data, kind in ((agreement, "pdf"), (sheet, "pdf"), (package, "zip")):
        said = told(app, data, kind)
        assert (said["verdict"], said["sentence"]) == ("invalid", refusal)
        assert said["not_the_original_of"] == reference
        assert (said["recorded"], said.get("effective_date")) == (None, None)
        assert all(not each["agreement"] for each in said.get("documents", [said]))
        page = shown(app, data)
        assert refusal in page
        assert "verdict bad" in page
        assert "Bakkerij Peeters en" not in page
        assert "De zegels kloppen" not in page.split("<ul")[0]


@pytest.mark.parametrize("part", some(range(6), one_in=6))
def test_every_manipulation_is_refused_by_name(
    part: int,
    app: Flask,
    kept: tuple[str, bytes, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the one verdict that the page and the command line share, each in a sandboxed process: one
    in ``ASKED_THERE`` is also given to both of them, and gets the same codes. Each ``part`` is
    every sixth manipulation."""
    reference, package, other = kept
    root, file = tmp_path / "root.pem", tmp_path / "pakket.zip"
    root.write_bytes(unpacked(package)[1]["certificaten/wortel.pem"])
    trust = Trust(x509.load_pem_x509_certificates(root.read_bytes()))
    missed = {}
    for number, (name, manipulation) in list(enumerate(ALL.items()))[part::6]:
        data = manipulation.made(package, other)
        report = judge(read_zip(data), trust)
        verdicts = [report.verdict]
        answers = [report.as_json("nl")["findings"]]
        if number % ASKED_THERE == 0:
            file.write_bytes(data)
            status = check_files([file], roots=[root], as_json=True)
            (on_the_line,) = json.loads(capsys.readouterr().out)
            on_the_page = told(app, data)
            assert status == INVALID
            verdicts += [on_the_line["verdict"], on_the_page["verdict"]]
            answers += [on_the_line["problems"], on_the_page["findings"]]
        for verdict, said in zip(verdicts, answers, strict=True):
            found = {(each["code"], each["name"]) for each in said if each["state"] == "fails"}
            if verdict != "invalid" or not manipulation.is_among(found, reference):
                missed[name] = (verdict, found)
    assert missed == {}
    file.write_bytes(package)
    assert check_files([file], roots=[root]) == GENUINE
