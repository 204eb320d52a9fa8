"""The web server: gunicorn's processes, in each of which waitress reads requests and answers them
in threads (``service/running/connections.py``). Why both: docs/decisions, number 21."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from service.running.connections import Listener, Patience
from service.settings.table import Settings
from service.web.log_masking import MaskTokens
from service.web.security import largest_body

STOP_SECONDS = 20  # for answers in progress; the supervisor waits thirty
STOP_REQUEST_SECONDS = 3  # for requests still arriving


class MaskedLogger(Logger):  # type: ignore[misc]
    """The server's own log, which names failing requests, so perhaps a signing link.

    It has its own handler, to which the filters of the root logger do not apply.
    """

    def setup(self, cfg: Any) -> None:
        """Set up as the library does, with masking."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.addFilter(MaskTokens())


class BufferingWorker(Worker):  # type: ignore[misc]
    """One of the server's processes; ``app`` is the ``Server`` below."""

    listener: Listener | None = None

    def run(self) -> None:
        """Serve until told to stop, or until the parent process is gone."""
        self.listener = Listener(
            self.wsgi,
            self.sockets[0].sock,
            threads=self.cfg.threads,
            patience=self.app.patience,
            largest_body=largest_body(self.wsgi),
        )
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self.listener.turn(1)
        self.listener.stop(STOP_SECONDS, STOP_REQUEST_SECONDS)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Wake up to stop."""
        super().handle_exit(sig, frame)
        if self.listener is not None:
            self.listener.pull_trigger()


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the application that ``make`` makes once, before forking, so that the processes share
    its memory; it must open no connection and start no thread."""

    def __init__(
        self, settings: Settings, make: Callable[[], Flask], patience: Patience | None = None
    ) -> None:
        self._settings = settings
        self._make = make
        self.patience = patience or Patience()
        super().__init__()

    def load_config(self) -> None:
        """Processes for the cores, threads for waiting on the database, quiet logs."""
        options: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.web_workers,
            "worker_class": BufferingWorker,
            "preload_app": True,  # saves 6 MiB per process
            "threads": self._settings.web_threads,
            "timeout": 60,
            "graceful_timeout": STOP_SECONDS + STOP_REQUEST_SECONDS,
            "logger_class": MaskedLogger,
            "accesslog": None,  # an access log would contain signing links
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, for all worker processes."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a full queue is no problem
        return self._make()
