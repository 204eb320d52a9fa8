"""The shape of the project: small files, tests that do not shadow packages, commands that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST, LONGEST_TESTS = 350, 400  # lines
CODE = ("service", "signatures", "storage", "tests", "bench", "scripts")


def python_files() -> list[Path]:
    """All maintained code; a migration never changes once it has run somewhere."""
    found = [file for folder in CODE for file in (ROOT / folder).rglob("*.py")]
    return [file for file in found if "migrations/versions" not in file.as_posix()]


def test_no_file_outgrows_its_reader() -> None:
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in python_files()}
    too_long = {
        str(file.relative_to(ROOT)): lines
        for file, lines in lengths.items()
        if lines > (LONGEST_TESTS if file.is_relative_to(ROOT / "tests") else LONGEST)
    }
    assert len(lengths) > 20
    assert too_long == {}


def test_no_test_folder_is_a_package() -> None:
    """``tests/signatures/__init__.py`` would hide the real package ``signatures``."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_imports_stand_at_the_top_or_say_why_not() -> None:
    """An import inside a function is found by ruff; a comment must give the reason, just above the
    first such import or once at the top of the file."""
    bare = []
    for file in python_files():
        lines = ["", *file.read_text(encoding="utf-8").splitlines()]
        if any(line.startswith("# Imports inside functions:") for line in lines):
            continue
        for number, line in enumerate(lines):
            above = next((each for each in reversed(lines[:number]) if each), "").lstrip()
            explained = above.startswith("#") or "PLC0415" in above
            if re.search(r"#\s*noqa:.*PLC0415", line) and not explained:
                bare.append(f"{file.relative_to(ROOT)}:{number}")
    assert bare == []


@pytest.mark.parametrize("script", ["scripts/setup", ".ci/run"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    checked = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_make_lists_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split())
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(re.findall(r"make (\S+)", shown)) == phony
