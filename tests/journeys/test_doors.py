"""Attacks every listening socket of the running service as another user of this machine, and checks
what that user, or one of our own processes, could read or do beyond its need.

A single GET without credentials once erased every original: the object store's master accepted it.
Nothing that listens may do so again, whatever a new version of an engine opens.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attacker import INTRUDER
from botocore.exceptions import ClientError
from doors import attacked, bytes_kept, descendants, doors
from installation import Installation
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from stores import administrator, client

from service.database.engine import Database
from service.engines import EmbeddedObjectStore, EmbeddedPostgres
from service.running.supervisor import _given_to
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings


def test_nobody_without_credentials_changes_or_learns_anything(zegel: Installation) -> None:
    zegel.bring(zegel.customer("Deurwaarders BV"), "archived")
    store = zegel.running.engines.store
    s3 = administrator(store)
    before = bytes_kept(s3, store.bucket)
    originals = [key for key, _ in before if key.endswith("/overeenkomst.pdf")]
    assert originals

    found = doors(processes(zegel))
    assert len([each for each in found if isinstance(each, list)]) >= 11  # the store's ten, and web
    assert any(".s.PGSQL" in each for each in found if isinstance(each, str))
    few = [list(which) for which in before if which[0] in originals[:2]]
    answers = attacked(found, store.bucket, few)

    assert {answer["door"] for answer in answers} == {name(each) for each in found}
    assert bytes_kept(s3, store.bucket) == before, "an original cannot be read any more"
    assert [
        each for each in answers if each["request"].startswith("grpc") and each["status"] > 0
    ] == []
    assert [each for each in answers if 'auth":' in each["said"]] == []  # a token for the volumes
    with pytest.raises(ClientError):
        client(store.endpoint_url, INTRUDER, INTRUDER).list_buckets()


def test_nobody_else_on_the_machine_reads_what_it_keeps(zegel: Installation) -> None:
    """Every file and folder, including both engines' logs. A file that disappears meanwhile was a
    document in progress."""
    open_to_others = []
    seen = set()
    for folder, folders, files in os.walk(zegel.data_dir):
        for path in (Path(folder) / name for name in (*folders, *files)):
            with suppress(FileNotFoundError):
                found = path.lstat().st_mode
                seen.add(path.relative_to(zegel.data_dir).as_posix())
                # Root's PostgreSQL runs as its own user, who may pass through this folder.
                passed = 0o011 if path == zegel.data_dir / "postgres" else 0
                if not stat.S_ISLNK(found) and found & 0o077 & ~passed:
                    open_to_others.append(f"{path} {stat.filemode(found)}")
        if Path(folder) == zegel.data_dir / "objecten":
            folders.remove("data")  # private; SeaweedFS sets the modes of files inside
    assert {"postgres/server.log", "objecten/server.log", "secret-key", "sleutels"} <= seen
    assert open_to_others == []


def test_what_runs_works_with_the_role_that_owns_nothing(zegel: Installation) -> None:
    engines = zegel.running.engines
    assert make_url(engines.database_url).username == "zegel_app"
    database = Database(engines.database_url)
    assert not database.owns_its_tables()
    database.close()
    owner = create_engine(engines.owner_url or "")
    with owner.connect() as connection:
        at_work = set(
            connection.execute(
                text("select usename from pg_stat_activity where client_port is not null")
            ).scalars()
        )
    owner.dispose()
    assert at_work == {"zegel_app", "zegel"}  # the second is this very connection


def test_each_process_signs_in_at_the_archive_with_no_more_than_it_needs(
    zegel: Installation,
) -> None:
    """Checks the settings from the supervisor; no environment contains another process's key."""
    engines = zegel.running.engines
    keys = {
        store.access_key_id for store in (engines.store, engines.web_store, engines.preparing_store)
    }
    assert len(keys) == 3
    settings = load_settings({"ZEGEL_DATA": str(zegel.data_dir)}, mode_default=DEVELOPMENT)
    told = {name: _given_to(name, settings, engines) for name in ("prepare", "web", "worker")}
    has = {name: {key for key in keys if key in given.values()} for name, given in told.items()}
    assert has["web"] == {engines.web_store.access_key_id}
    assert has["worker"] == {engines.store.access_key_id}
    assert has["prepare"] == {engines.store.access_key_id, engines.preparing_store.access_key_id}
    assert [name for name, given in told.items() if given["DATABASE_OWNER_URL"]] == ["prepare"]
    for process in zegel.running.processes.values():
        environment = Path(f"/proc/{process.pid}/environ").read_text()
        assert not any(key in environment for key in keys if key)


def processes(zegel: Installation) -> set[int]:
    """The processes of this installation and their children."""
    started = [each.pid for each in zegel.running.processes.values()]
    engines = (
        EmbeddedObjectStore(zegel.data_dir / "objecten").pid(),
        EmbeddedPostgres(zegel.data_dir / "postgres").pid(),
    )
    return descendants([*started, *(pid for pid in engines if pid)])


def name(door: Any) -> str:
    return door if isinstance(door, str) else f"{door[0]}:{door[1]}"
