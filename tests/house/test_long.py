"""Long tests, run by `make thorough` only, are variants: each subject has a quick test too."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]


def marked_long(node: ast.AST) -> bool:
    """Whether the whole test is marked; a mark on one of its cases leaves the others."""
    decorators = getattr(node, "decorator_list", [])
    return any(ast.unparse(each) == "pytest.mark.long" for each in decorators)


def _with_tests(module: ast.Module) -> list[ast.Module | ast.ClassDef]:
    return [module, *(each for each in module.body if isinstance(each, ast.ClassDef))]


def named_in(file: Path) -> list[ast.AST]:
    """The tests of a file, including those in classes, if any is marked."""
    source = file.read_text(encoding="utf-8")
    assert "def test_" in source, file
    if "pytest.mark.long" not in source:
        return []
    return [
        node
        for holder in _with_tests(ast.parse(source))
        for node in holder.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


# Files with only long tests, and the quick test of the same subject.
SHORTER = {
    "faults/test_loss.py": "faults/test_alarm.py",
    "journeys/test_hard_signer.py": "journeys/test_signer.py",
    "web/staff/test_imports_accessible.py": "journeys/test_import.py",
    "web/staff/test_templates_accessible.py": "web/staff/test_staff_templates.py",
    "workflow/test_mandate_annex.py": "workflow/test_mandate.py",
}


def test_every_file_has_tests_that_are_not_long() -> None:
    found = {file: named_in(file) for file in TESTS.rglob("test_*.py")}
    assert sum(marked_long(each) for tests in found.values() for each in tests) > 5
    wholly = {
        file.relative_to(TESTS).as_posix()
        for file, tests in found.items()
        if tests and all(marked_long(each) for each in tests)
    }
    assert wholly == set(SHORTER)
    assert all((TESTS / each).is_file() and each not in wholly for each in SHORTER.values())
