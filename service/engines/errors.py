"""What can go wrong with an engine, named by situation; ``str()`` is one sentence for a person.

    EngineError
    ├── EngineMissing        its program is not on this machine
    ├── EngineFailed         it did not start, or did not become ready
    ├── DataFromOtherVersion its data were written by another major version
    ├── DiskFull             there is no room left to work in
    └── PortTaken            another program listens on the port it needs

The sentences stand in ``templates/nl/texts/engines.toml``.
"""

from __future__ import annotations

from service.errors import ZegelError
from service.texts import text


class EngineError(ZegelError):
    """Base of everything that keeps an embedded engine from working."""

    code_name = "failed"

    def __init__(self, **values: object) -> None:
        super().__init__(self.code_name, **values)

    def sentence(self) -> str:
        """The sentence of the catalogue ``engines.toml`` for this situation."""
        return text(f"engines.{self.code}", **self.values)


class EngineMissing(EngineError):
    """``values``: engine, tool."""

    code_name = "missing"


class EngineFailed(EngineError):
    """``values``: engine, detail (last lines of its log), log (the path of that log)."""

    code_name = "failed"


class DataFromOtherVersion(EngineError):
    """``values``: directory, found, expected (major versions)."""

    code_name = "other_version"


class DiskFull(EngineError):
    """``values``: directory, free_mb, needed_mb."""

    code_name = "disk_full"


class PortTaken(EngineError):
    """``values``: port, setting."""

    code_name = "port_taken"
