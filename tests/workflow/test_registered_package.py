"""What the verifier says of the package of an agreement that was signed elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from elsewhere import archived
from emptied import empty
from house import House
from leesmij import fetched
from papers import scan

from service.deps import Deps
from service.workflow.keeping.verify import CheckedPackage, verify_upload
from service.workflow.life.withdraw import withdraw
from signatures.command import check_files
from signatures.package.case import Trust
from signatures.package.files import read_zip
from signatures.package.report import PackageReport
from signatures.package.verdict import judge
from tests.signatures.repacking import Files, added, packed, relisted, unpacked


@pytest.fixture
def package(unwatched_house: House) -> tuple[str, bytes]:
    """A scan that somebody registered."""
    reference = archived(unwatched_house, scan("JPEG"))
    return reference, fetched(unwatched_house, reference)


def uploaded(deps: Deps, data: bytes) -> CheckedPackage:
    checked = verify_upload(deps, data)
    assert isinstance(checked, CheckedPackage)
    return checked


def codes(report: PackageReport) -> set[tuple[str, str]]:
    return {(each.code, each.name) for each in report.findings}


def test_it_says_what_it_is_and_claims_no_signature(
    unwatched_house: House,
    package: tuple[str, bytes],
    tmp_path: Path,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deps, (reference, data) = unwatched_house.deps, package
    file, root = tmp_path / "alles.zip", tmp_path / "root.pem"
    file.write_bytes(data)
    roots = deps.authority().roots
    root.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in roots))
    assert check_files([file], roots=[root]) == 3
    said = capsys.readouterr().out
    for words in (
        "geen zegel van de dienst zegt wie ondertekende",
        "De dienst zag niemand ondertekenen",
        f"Geregistreerd als {reference} op ",
        "door Els Maes",
        "Bakkerij Peeters BV (verwerkingsverantwoordelijke)",
        "Laatste handtekening, zoals die persoon ze las: 2 maart 2024",
        "Zegel van de dienst op die registratie, met tijdstempel",
        "SHA-256 ondertekend.pdf: ",
        "SHA-256 bron.jpg: ",
    ):
        assert words in said
    for claimed in ("Echt", "Van kracht sinds", "✖"):
        assert claimed not in said
    assert check_files([file], as_json=True, language="en") == 3  # without a root
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["problems"]) == ("completeness_unknown", [])
    assert [each["code"] for each in told["remarks"]] == ["registration_no_root"]

    found = uploaded(deps, data)
    assert (found.report.verdict, found.report.findings) == ("registered", ())
    assert (found.reference, found.withdrawn) == (reference, False)
    withdraw(deps, reference, "Verkeerde klant.", unwatched_house.staff)
    assert uploaded(deps, data).withdrawn
    empty(database_url)
    refused = uploaded(deps, data)
    assert refused.report.verdict == "invalid"
    assert codes(refused.report) == {("package_not_recorded", reference)}


def test_every_change_is_named(unwatched_house: House, package: tuple[str, bytes]) -> None:
    folder, files, labels = unpacked(package[1])
    trust = Trust(unwatched_house.deps.authority().roots)

    def judged(changed: Files) -> PackageReport:
        return judge(read_zip(packed(folder, relisted(changed), labels)), trust)

    assert codes(judged(files)) == set()
    record = json.loads(files["registratie.json"])
    for name, changed, code in (
        ("ondertekend.pdf", files["ondertekend.pdf"] + b" ", "registered_other"),
        ("bron.jpg", scan("JPEG", pages=1, size=(9, 9)), "registered_other"),
        (
            "registratie.json",
            json.dumps({**record, "signed_by": "Iemand Anders"}).encode(),
            "registration_seal",
        ),
        ("registratie.json", b"[]", "registration_unreadable"),
        ("registratie.p7s", b"0", "registration_seal"),
        ("bewijs.txt", b"x", "package_extra"),
    ):
        report = judged({**files, name: changed})
        named = "registratie.json" if code == "registration_seal" else name
        assert report.verdict == "invalid", name
        assert (code, named) in codes(report)
        assert report.lines("en")
    for name in files.keys() - {"manifest.json"}:
        report = judged({each: data for each, data in files.items() if each != name})
        assert report.verdict == "invalid", name
        assert ("package_missing", name) in codes(report)
    hidden = judge(read_zip(added("{folder}/data/x.pdf")(package[1], folder)), trust)
    assert ("package_extra", "x.pdf") in codes(hidden)
    said = labels["External-Description"]
    assert said.startswith("Registratie ")
    assert "Bewijspakket" not in said
    assert "elders ondertekende" in said
    parties = f"Bakkerij Peeters BV en {labels['Source-Organization']}"
    reference = labels["External-Identifier"]
    former = f"Bewijspakket {reference}: verwerkersovereenkomst tussen {parties}"
    for described, wrong in ((former, set()), ("Bewijspakket", {("bag_other", "bag-info.txt")})):
        told = {**labels, "External-Description": described}
        assert codes(judge(read_zip(packed(folder, files, told)), trust)) == wrong
    lying = packed(folder, files, {**labels, "External-Identifier": "VO-2026-99999"})
    assert codes(judge(read_zip(lying), trust)) == {("bag_other", "bag-info.txt")}
