"""One office process as the service sees it: start it, send it a document, kill it.

Every wait has a deadline. Only killing its process group always ends a frozen office.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.documents.frames import PIPE_BYTES, Frames
from service.documents.office_profile import OfficePrograms, environment

CLIENT = Path(__file__).with_name("office_client.py")
START_SECONDS = 30.0
END_SECONDS = 2.0


class OfficeGone(Exception):
    """The office died, hung or answered nonsense; another may succeed."""


class OfficeRefused(Exception):
    """The office refuses this document, as another would."""


class OfficeProcess:
    """A client program and its office, for one thread at a time."""

    def __init__(
        self, programs: OfficePrograms, work_dir: Path, seed: Path, fonts_conf: Path
    ) -> None:
        """Start it and wait until it listens. Raises OfficeGone."""
        self.name = f"zegel{secrets.token_hex(8)}"
        self.documents = 0
        self.resident_bytes = 0
        self._directory = work_dir / self.name
        shutil.copytree(seed, self._directory)
        self._process = subprocess.Popen(
            [
                programs.python,
                CLIENT,
                programs.binary,
                self._directory,
                self.name,
                *self._sockets(),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=PIPE_BYTES,
            env=environment(self._directory, fonts_conf),
            cwd=self._directory,
            start_new_session=True,
        )
        self._frames = Frames.to(self._process)
        hello, _ = self._answer(time.monotonic() + START_SECONDS)
        self.pid = self._process.pid
        self.office_pid: int = hello["office"]
        self.walls: Mapping[str, bool] = hello["walls"]

    def convert(self, docx: bytes, options: Mapping[str, Any], *, seconds: float) -> bytes:
        """The PDF, within ``seconds``. Raises OfficeRefused, or OfficeGone after killing the
        office."""
        deadline = time.monotonic() + seconds
        try:
            self._frames.write(json.dumps({"options": options}).encode(), docx, deadline)
        except OSError as error:
            self.kill()
            raise OfficeGone(str(error)) from error
        answer, pdf = self._answer(deadline)
        self.documents += 1
        self.resident_bytes = answer["rss"]
        if not answer["ok"]:
            raise OfficeRefused(answer["error"])
        return pdf

    def end(self) -> None:
        """Close its input; kill it if it does not end."""
        self._frames.end(self._process, END_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Kill the client and its office, and remove their files; repeatable."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(OSError):
            self._frames.close()
        for path in self._sockets():
            path.unlink(missing_ok=True)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _answer(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        try:
            head, content = self._frames.read(deadline)
            return json.loads(head), content
        except (OSError, EOFError, ValueError) as error:
            self.kill()
            raise OfficeGone(str(error) or type(error).__name__) from error

    def _sockets(self) -> list[Path]:
        """The sockets left by a killed office, one named after its profile's digest."""
        profile = (self._directory / "profile").as_uri().encode("utf-16-le")
        digest = hashlib.md5(profile, usedforsecurity=False).digest()
        single = "SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest)
        folder = Path("/tmp")  # noqa: S108 - built into the office
        return [folder / f"OSL_PIPE_{os.getuid()}_{name}" for name in (self.name, single)]
