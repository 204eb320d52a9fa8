"""The web server: gunicorn with threads, configured here and not by a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from service.settings import Settings
from service.web.log_masking import MaskTokens


class MaskedLogger(Logger):  # type: ignore[misc]
    """The server's own log: it names the address of a request that fails, and that may be a link.

    It has a handler of its own, so the masks of the root logger do not reach it.
    """

    def setup(self, cfg: Any) -> None:
        """Set up as the library does, masked."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.addFilter(MaskTokens())


class Server(BaseApplication):  # type: ignore[misc]
    """Serves what ``make`` makes; each worker process makes its own, so no connection is shared
    across a fork."""

    def __init__(self, settings: Settings, make: Callable[[], Flask]) -> None:
        self._settings = settings
        self._make = make
        super().__init__()

    def load_config(self) -> None:
        """Threads for slow clients, processes for the cores, quiet logs without addresses."""
        options: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.web_workers,
            "worker_class": "gthread",
            "threads": self._settings.web_threads,
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 5,
            "logger_class": MaskedLogger,
            "accesslog": None,  # an access log would hold signing links
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one worker process."""
        return self._make()
