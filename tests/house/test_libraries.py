"""``signatures/`` and ``storage/`` are for others too: explained, and free of frameworks."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARIES = ("signatures", "storage")
FRAMEWORKS = ("flask", "werkzeug", "sqlalchemy", "psycopg", "procrastinate", "docx", "service")
CLOUD = ("boto3", "botocore")  # signatures loads it when a key is in a cloud, and only then
NOT_ALLOWED = {
    "signatures": (*FRAMEWORKS, *CLOUD, "storage"),
    "storage": (*FRAMEWORKS, "signatures"),
}
IMPORT_ALL = """
import importlib, pkgutil, sys
import {library}
for module in pkgutil.walk_packages({library}.__path__, "{library}."):
    importlib.import_module(module.name)
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def unexplained(module: ast.Module) -> Iterator[str]:
    """The public functions, classes and methods without a docstring."""
    for prefix, holder in [("", module), *_classes(module)]:
        for line in holder.body:
            if isinstance(line, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                public = not line.name.startswith("_")
                if public and not ast.get_docstring(line):
                    yield f"{prefix}{line.name}"


def _classes(module: ast.Module) -> list[tuple[str, ast.ClassDef]]:
    return [
        (f"{line.name}.", line)
        for line in module.body
        if isinstance(line, ast.ClassDef) and not line.name.startswith("_")
    ]


@pytest.mark.parametrize("library", LIBRARIES)
def test_everything_public_is_explained(library: str) -> None:
    """That it is typed as well is mypy's business, which is strict about both."""
    files = sorted((ROOT / library).rglob("*.py"))
    found = {
        str(file.relative_to(ROOT)): list(unexplained(ast.parse(file.read_text(encoding="utf-8"))))
        for file in files
    }
    assert len(files) > 8
    assert {file: names for file, names in found.items() if names} == {}


def test_what_is_not_explained_is_found() -> None:
    module = ast.parse("class A:\n  '''x'''\n  def b(self): ...\n  def _c(self): ...\ndef d(): ...")
    assert list(unexplained(module)) == ["d", "A.b"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_importing_all_of_it_loads_no_framework(library: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL.format(library=library)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert library in loaded
    assert loaded & set(NOT_ALLOWED[library]) == set()
