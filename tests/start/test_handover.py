"""The supervisor's communication with a real process, and engines that start together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from service.engines import EmbeddedObjectStore
from service.engines.errors import EngineError
from service.running.handover import MARK, FirstSignIn, settings_line
from service.running.opening import engines
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings

ROOT = Path(__file__).parents[2]
ASK = "import json; from service.running.handover import received; print(json.dumps(received()))"


def ask(environment: dict[str, str], said: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=environment,
        input=said,
        capture_output=True,
        check=False,
    )


def test_what_the_supervisor_says_counts_also_above_a_file() -> None:
    mine = {
        MARK: "1",
        "S3_REGION_FILE": "/elsewhere",
        "SMTP_HOST": "mail.example",
        "ZEGEL_PORT": "1",
    }
    answer = ask(mine, settings_line({"S3_REGION": "", "ZEGEL_PORT": "8001"}))
    told = json.loads(answer.stdout)
    assert told["ZEGEL_PORT"] == "8001"
    assert told["S3_REGION"] == ""
    assert told["SMTP_HOST"] == "mail.example"
    assert "S3_REGION_FILE" not in told


def test_a_process_whose_supervisor_died_ends() -> None:
    assert ask({MARK: "1"}, b"").returncode == 1


def test_without_a_supervisor_nothing_is_awaited() -> None:
    assert json.loads(ask({"ZEGEL_PORT": "1"}, b"").stdout)["ZEGEL_PORT"] == "1"


def test_the_first_sign_in_survives_the_way() -> None:
    first = FirstSignIn("beheer@zegel.example", "een 'lang' \"woord\"\n")
    assert FirstSignIn.of_line(first.as_line()) == first
    assert FirstSignIn.of_line("\n") is None


def test_when_one_engine_cannot_start_the_other_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_BIN", str(tmp_path / "nothing"))
    settings = load_settings({"ZEGEL_DATA": str(tmp_path / "data")}, mode_default=DEVELOPMENT)
    with pytest.raises(EngineError):
        with engines(settings):
            pass
    store = EmbeddedObjectStore(tmp_path / "data" / "objecten")
    assert store.log.exists()
    assert store.pid() is None
