"""``signatures/`` and ``storage/`` are usable elsewhere: documented, and free of frameworks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from signatures.package import names
from storage import archive, manifest

ROOT = Path(__file__).parents[2]
LIBRARIES = ("signatures", "storage")
FRAMEWORKS = ("flask", "werkzeug", "sqlalchemy", "psycopg", "procrastinate", "docx", "service")
CLOUD = ("boto3", "botocore")  # signatures loads it only for a key in a cloud
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
    """Type annotations are checked by mypy, which is strict about both."""
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


def _imported(file: Path) -> set[str]:
    """The packages that a file imports at run time."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    for_types = [
        node
        for node in nodes
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    ]
    only = {id(each) for block in for_types for each in ast.walk(block)}
    found: set[str] = set()
    for node in nodes:
        if id(node) in only:
            continue
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"service", *LIBRARIES}


def test_what_is_imported_is_declared() -> None:
    """An undeclared package could disappear or change with another library. The two files that run
    in LibreOffice's own Python use what that has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["pkcs11"]]
    declared = {re.split(r"[\[<>=,]", line)[0].lower() for line in named}
    distributions = metadata.packages_distributions()
    missing: dict[str, str] = {}
    for file in sorted(
        each for name in ("service", *LIBRARIES) for each in (ROOT / name).rglob("*.py")
    ):
        if file.name in ("office_client.py", "office_walls.py"):
            continue
        for name in _imported(file):
            if not declared & {each.lower() for each in distributions.get(name, [])}:
                missing[name] = str(file.relative_to(ROOT))
    assert missing == {}


def test_what_is_written_down_twice_is_the_same() -> None:
    """The libraries are independent, so each has the names it needs."""
    for name in ("MANIFEST", "AGREEMENT", "SHOWN", "SHEET"):
        assert getattr(names, name) == getattr(manifest, name)
    assert archive.REQUIRED[-2:] == (names.EVIDENCE, names.LOG)
    assert names.CERTIFICATES == archive.CERTIFICATES


def test_the_service_takes_the_names_of_files_from_one_place() -> None:
    written = re.compile(r"""["'](overeenkomst|bewijsblad|getoond)\.pdf["']|["']bewijs\.json["']""")
    service = sorted((ROOT / "service").rglob("*.py"))
    # A migration keeps the names of its time.
    files = [file for file in service if "migrations" not in file.parts]
    assert len(files) > 200
    assert [str(file) for file in files if written.search(file.read_text(encoding="utf-8"))] == []


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
