"""Who can read an installation's files on disk, including those of an older version."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from service.engines.private_files import (
    close_what_is_open,
    closed_to_others,
    make_passable,
    open_log,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "var"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("not ours")
    for folder in ("postgres/data", "mailbox/new", "sleutels"):
        (data / folder).mkdir(parents=True)
    for name in ("postgres/server.log", "postgres/data/1", "mailbox/new/1.eml", "secret-key"):
        (data / name).write_text("x")
    (data / "sleutels" / "current").symlink_to(elsewhere)
    for path in (data, elsewhere, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    close_what_is_open(data)
    assert mode(data) == 0o755  # its creator decides
    assert mode(data / "postgres") == 0o711
    assert {mode(data / name) for name in ("mailbox", "mailbox/new", "sleutels")} == {0o700}
    files = ("postgres/server.log", "mailbox/new/1.eml", "secret-key")
    assert {mode(data / name) for name in files} == {0o600}
    assert mode(data / "postgres/data/1") == 0o644  # PostgreSQL's own
    assert mode(elsewhere) == 0o644
    close_what_is_open(tmp_path / "nothing here")


def test_what_is_made_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0o022)
    try:
        with closed_to_others():
            (tmp_path / "file").write_text("x")
            (tmp_path / "folder").mkdir()
        (tmp_path / "after").write_text("x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "file") == 0o600
    assert mode(tmp_path / "folder") == 0o700
    assert mode(tmp_path / "after") == 0o644
    for user, passable in ((0, 0o711), (1000, 0o700)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        make_passable(tmp_path / str(user))
        assert mode(tmp_path / str(user)) == passable


def test_a_log_is_closed_also_when_it_was_open(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("before\n")
    log.chmod(0o644)
    with open_log(log) as file:
        file.write(b"after\n")
    assert log.read_text() == "before\nafter\n"
    assert mode(log) == 0o600
