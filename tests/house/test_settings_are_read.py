"""Every setting has an effect."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from service.settings.table import TABLE

SERVICE = Path(__file__).parents[2] / "service"


def _read(file: Path) -> Iterator[str]:
    """The settings that a file reads: as ``settings.name``, or as ``values["name"]`` where settings
    are validated before the object exists."""
    deciding, source = file.parent.name == "settings", file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)) if deciding or "settings" in source else ():
        if isinstance(node, ast.Attribute) and _name(node.value).endswith("settings"):
            yield node.attr
        if deciding and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield str(node.slice.value)


def _name(node: ast.expr) -> str:
    """The last name of ``a`` or ``x.a``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def test_every_setting_is_read() -> None:
    """Outside the table of settings itself, which declares them all."""
    read = {name for file in SERVICE.rglob("*.py") for name in _read(file)}
    assert len(TABLE) > 60
    assert [setting.name for setting in TABLE if setting.attribute not in read] == []


def test_one_that_nobody_reads_is_found(tmp_path: Path) -> None:
    file = tmp_path / "settings" / "some.py"
    file.parent.mkdir()
    file.write_text("settings = Settings(a=1)\nsettings.b\ndeps.settings.c\nvalues['d']\nother.e")
    assert list(_read(file)) == ["b", "c", "d"]
