"""The documentation says what the code does."""

from __future__ import annotations

from pathlib import Path

from service.settings import TABLE, documentation

DOCS = Path(__file__).parents[2] / "docs"


def test_the_settings_page_is_what_the_table_makes() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == documentation(), (
        "run `make docs` and commit docs/settings.md"
    )


def test_every_setting_is_explained_once() -> None:
    page = documentation()
    for setting in TABLE:
        assert page.count(f"| `{setting.name}` |") == 1
