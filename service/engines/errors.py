"""The errors of engines, named after the situation.

    EngineError
    ├── EngineMissing        its program is not on this machine
    ├── EngineFailed         it did not start, or did not become ready
    ├── DataFromOtherVersion its data were written by another major version
    ├── DiskFull             there is no disk space left
    └── PortTaken            another program listens on the port it needs

The sentences are in ``templates/nl/texts/engines.toml``.
"""

from __future__ import annotations

from service.error_codes import StartCode
from service.errors import ZegelError


class EngineError(ZegelError):
    """Base of the errors of embedded engines."""

    situation = StartCode.ENGINE_FAILED

    def __init__(self, **values: object) -> None:
        super().__init__(self.situation, **values)


class EngineMissing(EngineError):
    """``values``: engine, tool."""

    situation = StartCode.ENGINE_MISSING


class EngineFailed(EngineError):
    """``values``: engine, detail (last lines of its log), log (the path of that log)."""

    situation = StartCode.ENGINE_FAILED


class DataFromOtherVersion(EngineError):
    """``values``: directory, found, expected (major versions)."""

    situation = StartCode.ENGINE_OF_OTHER_VERSION


class DiskFull(EngineError):
    """``values``: directory, free_mb, needed_mb."""

    situation = StartCode.ENGINE_DISK_FULL


class PortTaken(EngineError):
    """``values``: port, setting."""

    situation = StartCode.ENGINE_PORT_TAKEN
