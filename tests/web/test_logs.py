"""Signing links never reach a log, whichever library writes it. Tested in real, separate
processes."""

from __future__ import annotations

import subprocess
import sys

TOKEN = "zegel_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcde"
FAIL = f"""
try:
    raise ValueError("no such link: {TOKEN}")
except ValueError:
    log.exception("Error handling request %s", "/tekenen/link/{TOKEN}")
"""
OURS = f"""
import logging
from service.cli.main import set_up_logging
set_up_logging()
log = logging.getLogger("some.library")
{FAIL}
"""
SERVERS = f"""
from gunicorn.config import Config
from service.running.server import MaskedLogger
log = MaskedLogger(Config())
{FAIL}
"""


def written_by(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stderr


def test_our_log_holds_no_link() -> None:
    said = written_by(OURS)
    assert "Error handling request /tekenen/link/zegel_…" in said
    assert "ValueError" in said
    assert TOKEN not in said


def test_the_servers_log_holds_no_link() -> None:
    said = written_by(SERVERS)
    assert "Error handling request /tekenen/link/zegel_…" in said
    assert "ValueError" in said
    assert TOKEN not in said
