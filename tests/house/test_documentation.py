"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.settings import TABLE, documentation

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_the_settings_page_is_what_the_table_makes() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == documentation(), (
        "run `make docs` and commit docs/settings.md"
    )


def test_every_setting_is_explained_once() -> None:
    page = documentation()
    for setting in TABLE:
        assert page.count(f"| `{setting.name}` |") == 1


@pytest.mark.parametrize("file", ["compose.yaml", "Dockerfile", "Makefile"])
def test_no_file_sets_a_setting_that_does_not_exist(file: str) -> None:
    known = {setting.name for setting in TABLE}
    pattern = r"\b((?:ZEGEL|S3|SMTP|MAIL|DATABASE)_[A-Z0-9_]+)\b\s*[:=?]"
    named = re.findall(pattern, (ROOT / file).read_text(encoding="utf-8"))
    assert named
    assert {name.removesuffix("_FILE") for name in named} <= known
