"""``python -m signatures verify``: on a PDF, a folder, a ZIP, a bag; its status and its words."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from signatures.authority import Authority, pem
from signatures.command import main
from signatures.effective_date import local_date
from signatures.seal import Sealer
from tests.signatures.conftest import SealedFile
from tests.signatures.making import REFERENCE, SHEET, act_for, prepared

ROOT = Path(__file__).parents[2]
GENUINE, INVALID, UNREADABLE, UNKNOWN = 0, 1, 2, 3


@pytest.fixture
def files(
    controller_first: SealedFile, converted: bytes, sealer: Sealer, authority: Authority
) -> dict[str, bytes]:
    """A package as the archive keeps it, from an agreement that is sealed for it."""
    acts, pdf = controller_first.order, controller_first.shown
    for place in acts:
        act = act_for(place, controller_first.shown)
        pdf = sealer.seal_act(pdf, act, last=place == acts[-1]).pdf
    made = {
        "overeenkomst.pdf": sealer.close(pdf).pdf,
        "getoond.pdf": controller_first.shown,
        "bewijsblad.pdf": sealer.seal_sheet(prepared(converted, SHEET)),
        # Of these bytes ``act_for`` takes the digest that the seal binds.
        **{f"handelingen/{place}.json": place.encode() for place in acts},
        "certificaten/wortel.pem": pem(authority.root),
    }
    manifest = {
        "reference": REFERENCE,
        "effective_date": local_date(act.signed_at).isoformat(),
        "files": [
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in made.items()
        ],
    }
    return {**made, "manifest.json": json.dumps(manifest).encode()}


@pytest.fixture
def root(tmp_path: Path, authority: Authority) -> str:
    """The service's root, from elsewhere than the package."""
    file = tmp_path / "root.pem"
    file.write_bytes(pem(authority.root))
    return str(file)


def in_a_folder(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def in_a_zip(files: dict[str, bytes], folder: Path, inside: str = "") -> Path:
    folder.mkdir()
    with zipfile.ZipFile(folder / "pakket.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(inside + name, data)
    return folder / "pakket.zip"


def in_a_bag(files: dict[str, bytes], folder: Path) -> Path:
    in_a_folder(files, folder / REFERENCE / "data")
    (folder / REFERENCE / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    return folder


def in_a_zipped_bag(files: dict[str, bytes], folder: Path) -> Path:
    return in_a_zip(files, folder, f"{REFERENCE}/data/")


LAYOUTS = (in_a_folder, in_a_zip, in_a_bag, in_a_zipped_bag)
Layout = Callable[[dict[str, bytes], Path], Path]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_whole_package_is_genuine(
    files: dict[str, bytes], tmp_path: Path, root: str, layout: Layout
) -> None:
    assert main(["verify", str(layout(files, tmp_path / "p")), "--root", root]) == GENUINE


@pytest.mark.parametrize("layout", LAYOUTS)
def test_against_its_own_root_it_only_agrees_with_itself(
    files: dict[str, bytes], tmp_path: Path, layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(layout(files, tmp_path / "p"))]) == UNKNOWN
    said = capsys.readouterr().out
    assert "wortel uit het pakket zelf" in said
    assert "Echt en ongewijzigd" not in said


@pytest.mark.parametrize("name", ["overeenkomst.pdf", "bewijsblad.pdf", "getoond.pdf"])
@pytest.mark.parametrize("layout", [in_a_folder, in_a_zipped_bag])
def test_a_package_with_one_changed_file_is_invalid(
    files: dict[str, bytes], tmp_path: Path, root: str, layout: Layout, name: str
) -> None:
    changed = {**files, name: files[name] + b"\n"}
    assert main(["verify", str(layout(changed, tmp_path / "p")), "--root", root]) == INVALID


def test_a_package_without_one_of_its_files_is_invalid(
    files: dict[str, bytes], tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    del files["getoond.pdf"]
    assert main(["verify", str(in_a_folder(files, tmp_path / "p")), "--root", root]) == INVALID
    assert "getoond.pdf: ontbreekt" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fact", "value"), [("effective_date", "2020-01-01"), ("reference", "VO-2026-00099")]
)
def test_a_manifest_that_contradicts_the_acts_is_invalid(
    files: dict[str, bytes], tmp_path: Path, root: str, fact: str, value: str
) -> None:
    manifest = {**json.loads(files["manifest.json"]), fact: value}
    files["manifest.json"] = json.dumps(manifest).encode()
    assert main(["verify", str(in_a_folder(files, tmp_path / "p")), "--root", root]) == INVALID


@pytest.mark.parametrize("record", [b"another record", None])
def test_other_records_than_those_that_were_sealed_are_invalid(
    files: dict[str, bytes],
    tmp_path: Path,
    root: str,
    record: bytes | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "handelingen/controller_annex.json"
    manifest = json.loads(files.pop("manifest.json"))
    listed = [entry for entry in manifest["files"] if entry["name"] != name]
    if record is None:
        del files[name]
    else:
        files[name] = record
        digest = hashlib.sha256(record).hexdigest()
        listed.append({"name": name, "size": len(record), "sha256": digest})
    files["manifest.json"] = json.dumps({**manifest, "files": listed}).encode()
    package = in_a_folder(files, tmp_path / "p")
    assert main(["verify", str(package), "--root", root, "--language", "en"]) == INVALID
    assert f"{name}: not the record" in capsys.readouterr().out


def test_a_pdf_alone(
    files: dict[str, bytes], tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(files["overeenkomst.pdf"])
    assert main(["verify", str(file)]) == UNKNOWN
    assert main(["verify", str(file), "--root", root]) == UNKNOWN
    capsys.readouterr()
    assert main(["verify", str(file), "--root", root, "--json", "--language", "en"]) == UNKNOWN
    (told,) = json.loads(capsys.readouterr().out)
    (document,) = told["documents"]
    assert (told["status"], told["root_from_package"]) == (UNKNOWN, False)
    assert document["verdict"] == "completeness_unknown"
    assert document["effective_date"]
    assert document["rules"][0]["rule"] == "readable"
    file.write_bytes(files["overeenkomst.pdf"][:-40_000])
    assert main(["verify", str(file), "--root", root]) == INVALID


def test_a_pdf_beside_its_manifest_is_genuine(
    files: dict[str, bytes], tmp_path: Path, root: str
) -> None:
    file = in_a_folder(files, tmp_path / "p") / "overeenkomst.pdf"
    assert main(["verify", str(file), "--root", root]) == GENUINE
    assert main(["verify", str(file)]) == UNKNOWN


def test_what_cannot_be_read(
    tmp_path: Path, root: str, files: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("niets")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 400_000_000)
    (tmp_path / "bomb.zip").write_bytes(bomb.getvalue())
    for name in ("empty", "a.txt", "gone.pdf", "bomb.zip"):
        assert main(["verify", str(tmp_path / name), "--root", root]) == UNREADABLE, name
        assert name in capsys.readouterr().err
    genuine = in_a_folder(files, tmp_path / "p")
    both = ["verify", str(genuine), str(tmp_path / "gone.pdf"), "--root", root]
    assert main(both) == UNREADABLE
    assert main(["verify", str(genuine), "--root", str(tmp_path / "gone.pem")]) == UNREADABLE


def test_it_runs_without_the_service_and_without_settings(
    files: dict[str, bytes], tmp_path: Path, root: str
) -> None:
    package = in_a_folder(files, tmp_path / "p")
    program = (
        "import sys, signatures.command as c; status = c.main(sys.argv[1:]);"
        "assert not {m.partition('.')[0] for m in sys.modules} & {'service', 'pyhanko', 'flask'};"
        "sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", str(package), "--root", root],
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == GENUINE, done.stderr
    helped = subprocess.run(
        [sys.executable, "-m", "signatures", "verify", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Status: 0" in helped.stdout
