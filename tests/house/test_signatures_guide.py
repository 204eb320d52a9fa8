"""The examples in the guide to ``signatures/`` run as printed, each in its own process."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.signatures.making import convert

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "signatures.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
SEAL, VERIFY, LEDGER, ACTS = range(4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the examples find ``document.pdf`` and write their files."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "document.pdf").write_bytes(convert(tmp_path_factory.mktemp("office")))
    return folder


def run(example: int, folder: Path) -> str:
    """The output of an example."""
    done = subprocess.run(
        [sys.executable, "-c", EXAMPLES[example]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def lines_of_code(example: int) -> int:
    """Without imports, comments and empty lines."""
    module = ast.parse(EXAMPLES[example])
    return sum(
        (line.end_lineno or line.lineno) - line.lineno + 1
        for line in module.body
        if not isinstance(line, ast.Import | ast.ImportFrom)
    )


@pytest.mark.long
def test_every_example_runs_one_after_the_other(folder: Path) -> None:
    said = [run(example, folder) for example in range(len(EXAMPLES))]

    assert len(EXAMPLES) == ACTS + 1
    assert said[VERIFY].startswith("completeness_unknown\n")
    assert said[VERIFY].count("✔") == 7
    assert (folder / "sealed.pdf").stat().st_size > (folder / "prepared.pdf").stat().st_size


def test_sealing_takes_fifteen_lines_and_verifying_five() -> None:
    assert lines_of_code(SEAL) <= 15
    assert lines_of_code(VERIFY) <= 5
