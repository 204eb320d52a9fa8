"""The sample pages behind a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sample_app import make_sample_app
from werkzeug.serving import make_server


@pytest.fixture
def app() -> Flask:
    """The sample application under its plain development address."""
    return make_sample_app("http://localhost")


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The sample application behind a real socket, so that the browser applies our headers."""
    server = make_server("127.0.0.1", 0, Flask("empty"), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = make_sample_app(address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
