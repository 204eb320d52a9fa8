"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from service.settings.page import documentation
from service.settings.table import TABLE

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


COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
NOT_FOR_WEB = ("key-passphrase", "owner", "database-password", "s3-admin", "s3-worker")


def test_each_container_has_its_own_secrets_and_limits() -> None:
    mounted = {
        name: {each if isinstance(each, str) else each["source"] for each in described["secrets"]}
        for name, described in COMPOSE["services"].items()
        if "secrets" in described
    }
    for secret in mounted["web"]:
        assert not secret.startswith(NOT_FOR_WEB), secret
    can_change_all = {"database-owner-url", "s3-admin-access-key-id", "s3-admin-secret-access-key"}
    assert can_change_all <= mounted["prepare"]
    assert not can_change_all & mounted["worker"]
    assert set.union(*mounted.values()) == set(COMPOSE["secrets"])
    for name, described in COMPOSE["services"].items():
        assert {"cpus", "mem_limit", "pids_limit"} <= set(described), name
        assert "no-new-privileges:true" in described["security_opt"], name
        files = {value for key, value in described.get("environment", {}).items() if "_FILE" in key}
        known = {f"/run/secrets/{secret}" for secret in mounted.get(name, ())}
        assert files == known or name == "s3", name


def test_no_image_is_named_by_a_tag_that_moves() -> None:
    for name, described in COMPOSE["services"].items():
        image = described.get("image", "")
        assert image == "zegel" or re.search(r":v?\d+\.\d+(\.\d+)?(-alpine)?$", image), name
