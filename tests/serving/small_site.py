"""A few small pages on the real server: ``python small_site.py PORT PATIENCE-as-JSON``."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from flask import Flask, request

from service.running.connections import Patience
from service.running.server import Server
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings
from service.web.security import body_limit

LARGE = 1024 * 1024


def make() -> Flask:
    app = Flask("small")

    @app.get("/")
    def process() -> str:
        return str(os.getpid())

    @app.get("/large")
    def large() -> bytes:
        return b"x" * 32 * LARGE

    @app.post("/letter")
    def letter() -> str:
        return read()

    @app.post("/parcel")
    @body_limit(LARGE)
    def parcel() -> str:
        return read()

    @app.get("/slow")
    def slow() -> str:
        """Answers when the named file exists."""
        Path(request.args["begun"]).touch()
        while not Path(request.args["go"]).exists():
            time.sleep(0.01)
        return "done"

    @app.before_request
    def limit() -> None:
        view = app.view_functions.get(request.endpoint or "")
        request.max_content_length = getattr(view, "body_limit", 256 * 1024)

    return app


def read() -> str:
    """The number of bytes received."""
    return str(len(request.get_data()))


if __name__ == "__main__":
    given = {"ZEGEL_PORT": sys.argv[1], "ZEGEL_WEB_WORKERS": "1", "ZEGEL_WEB_THREADS": "4"}
    settings = load_settings(given, mode_default=DEVELOPMENT)
    Server(settings, make, Patience(**json.loads(sys.argv[2]))).run()
