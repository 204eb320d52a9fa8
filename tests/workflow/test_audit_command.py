"""``zegel audit verify``: its output, its JSON and its exit status."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from days import Travel
from house import House

from service.commands.archive import rebuild
from service.commands.audit import verify_log
from service.engines import EmbeddedPostgres, ObjectStoreAddress
from service.texts import OURS, text
from service.workflow.keeping import anchor


@pytest.fixture
def settings_of(unwatched_house: House, object_store: ObjectStoreAddress, bucket: str) -> Any:
    """The settings of that installation, for its operator."""
    return dataclasses.replace(
        unwatched_house.deps.settings,
        database_url=unwatched_house.deps.database.url,
        embedded_object_store=False,
        s3_bucket=bucket,
        s3_endpoint_url=object_store.endpoint_url,
        s3_region=object_store.region,
        s3_access_key_id=object_store.access_key_id,
        s3_secret_access_key=object_store.secret_access_key,
    )


def test_a_log_that_holds_is_0_and_one_that_does_not_1(
    unwatched_house: House, travel: Travel, settings_of: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    house = unwatched_house
    reference = house.sent()
    assert verify_log(lambda: settings_of, (), as_json=False) == 0
    assert "Er is nog geen anker." in capsys.readouterr().out
    anchor.anchor(house.deps)
    assert verify_log(lambda: settings_of, (), as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["holds"], said["anchors"]) == (True, 1)

    house.rows("alter table audit_entries disable trigger all")
    house.rows("update audit_entries set actor = 'x' where seq = 2 and agreement_id is not null")
    house.rows("alter table audit_entries enable trigger all")
    assert verify_log(lambda: settings_of, (), as_json=False) == 1
    out = capsys.readouterr().out
    assert f"{reference}, regel 2" in out
    assert "Het logboek klopt niet." in out
    assert verify_log(lambda: settings_of, (), as_json=True) == 1
    found = json.loads(capsys.readouterr().out)["chain_findings"][0]
    assert (found["reference"], found["finding"]["kind"]) == (reference, "changed")


def test_another_root_is_1(
    unwatched_house: House, travel: Travel, settings_of: Any, tmp_path: Path, own_root: bytes
) -> None:
    house = unwatched_house
    anchor.anchor(house.deps)
    (tmp_path / "root.pem").write_bytes(own_root)
    (tmp_path / "other.pem").write_bytes(house.deps.authority().certificates["seal.pem"])
    assert verify_log(lambda: settings_of, (tmp_path / "root.pem",), as_json=False) == 0
    assert verify_log(lambda: settings_of, (tmp_path / "other.pem",), as_json=False) == 1


@pytest.fixture
def own_root(unwatched_house: House) -> bytes:
    """The root of the installation."""
    return unwatched_house.deps.authority().certificates["root.pem"]


def test_what_cannot_be_looked_at_is_2(
    settings_of: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No answer from archive or database, a file that is no root."""
    (tmp_path / "root.pem").write_text("no certificate", encoding="utf-8")
    for settings, roots in (
        (dataclasses.replace(settings_of, s3_endpoint_url="http://127.0.0.1:1"), ()),
        (
            dataclasses.replace(
                settings_of, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"
            ),
            (),
        ),
        (settings_of, (tmp_path / "root.pem",)),
    ):
        assert verify_log(lambda s=settings: s, roots, as_json=False) == 2
        assert capsys.readouterr().err


def test_a_rebuild_says_what_of_the_log_does_not_return(
    settings_of: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rebuild(lambda: settings_of, (), ()) == 0
    assert text("cli.rebuild_log", OURS) in capsys.readouterr().out.splitlines()


def test_tables_that_were_not_made_are_said_to_be_missing(
    settings_of: Any, postgres_server: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rebuild once called every package strange where the tables were missing."""
    empty = dataclasses.replace(settings_of, database_url=postgres_server.url("postgres"))
    assert verify_log(lambda: empty, (), as_json=False) == 2
    assert rebuild(lambda: empty, (), ()) == 2
    said = capsys.readouterr()
    assert said.err.splitlines() == [text("cli.not_prepared", OURS)] * 2
    assert said.out == ""
