"""``python -m signatures verify`` on a PDF, a folder, a ZIP and a bag: its status and its
output."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from signatures.command import main
from storage.bag import bag
from tests.signatures.repacking import unpacked
from tests.variants import some

ROOT = Path(__file__).parents[2]
REFERENCE = "VO-2026-00002"
OLD = (Path(__file__).parent / "packages" / f"{REFERENCE}.zip").read_bytes()
GENUINE, INVALID, UNREADABLE, UNKNOWN = 0, 1, 2, 3


@pytest.fixture
def files() -> dict[str, bytes]:
    """A package as the archive stores it."""
    return unpacked(OLD)[1]


@pytest.fixture
def root(tmp_path: Path, files: dict[str, bytes]) -> str:
    """The service's root, from outside the package."""
    file = tmp_path / "root.pem"
    file.write_bytes(files["certificaten/wortel.pem"])
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
    _, _, labels = unpacked(OLD)
    return in_a_folder(bag(files, labels), folder)


def in_a_zipped_bag(files: dict[str, bytes], folder: Path) -> Path:
    _, _, labels = unpacked(OLD)
    return in_a_zip(bag(files, labels), folder, f"{REFERENCE}/")


LAYOUTS = (in_a_folder, in_a_zip, in_a_bag, in_a_zipped_bag)
Layout = Callable[[dict[str, bytes], Path], Path]


@pytest.mark.parametrize("layout", some(LAYOUTS, one_in=2))
def test_a_whole_package_is_genuine(
    files: dict[str, bytes], tmp_path: Path, root: str, layout: Layout
) -> None:
    assert main(["verify", str(layout(files, tmp_path / "p")), "--root", root]) == GENUINE


@pytest.mark.parametrize("layout", some(reversed(LAYOUTS), one_in=4))
def test_against_its_own_root_it_only_agrees_with_itself(
    files: dict[str, bytes], tmp_path: Path, layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(layout(files, tmp_path / "p"))]) == UNKNOWN
    said = capsys.readouterr().out
    assert "wortel uit het pakket zelf" in said
    assert "Echt en ongewijzigd" not in said


@pytest.mark.parametrize("name", ["overeenkomst.pdf", "bewijsblad.pdf", "getoond.pdf"])
@pytest.mark.parametrize("layout", some([in_a_zipped_bag, in_a_folder]))
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


def test_a_pdf_beside_its_sheet_is_genuine(
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
        archive.writestr("manifest.json", b"0" * 70_000_000)
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
