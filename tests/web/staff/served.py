"""The application behind a real socket, for a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which it answers."""
    server = make_server("127.0.0.1", 0, _at_home(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def _at_home(app: Flask) -> Callable[..., object]:
    """The guard answers only one host, but the port is not known before the socket exists."""

    def wsgi(environ: dict[str, str], start: object) -> object:
        environ["HTTP_HOST"] = "localhost"
        environ.pop("HTTP_ORIGIN", None)
        return app.wsgi_app(environ, start)  # type: ignore[arg-type]

    return wsgi
