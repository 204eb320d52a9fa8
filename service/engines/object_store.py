"""A private S3 server (SeaweedFS) for a machine without a configured one.

- It listens only on 127.0.0.1, on ports chosen once and stored in ``ports.json``.
- The S3 port requires the generated credentials (``object_store_identities.py``). The internal
  ports would delete locked objects for anyone. So the HTTP side of master and filer is closed
  (``-disableHttp``), and the volume server's HTTP and all gRPC ports require generated tokens and
  certificates (``object_store_keys.py``).
- The first process that uses it starts it, the last to leave stops it (``SharedUse``); a running
  one is taken over.

It protects against everyone but the administrator of this machine, who can read keys and files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from service.engines.errors import EngineFailed, EngineMissing
from service.engines.object_store_identities import Credentials, prepare_identities
from service.engines.object_store_keys import prepare_keys
from service.engines.private_files import open_log
from service.engines.process import (
    SharedUse,
    command_line,
    free_ports,
    http_status,
    is_alive,
    last_lines,
    port_is_free,
    require_room,
    stop_process,
    wait_until,
)

ENGINE = "SeaweedFS"
REGION = "us-east-1"
ROOM_NEEDED_MB = 300
# The heap's growth between two garbage collections. After 150 agreements it held 255 to 281 MiB
# with Go's default 100, and 87 to 142 with 12 to 25, at no more processor time.
COLLECT_AT_PERCENT = "20"
START_SECONDS = 60
# It stops in about a second, but waits minutes for an unfinished upload. What it acknowledged
# survives SIGKILL, see the test of that name.
STOP_SECONDS = 5
PORTS = (
    "s3.port",
    "s3.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "admin.port",
    "admin.port.grpc",
)
# Only what S3 needs; nothing is reported to anyone.
SWITCHES = (
    # Closes the HTTP side of the master and the filer; their gRPC ports require a certificate. The
    # master's HTTP has no authentication: one GET of /col/delete by anyone on this machine, or by a
    # web page opened on it, erases a whole bucket, including locked objects.
    "-disableHttp",
    "-master.telemetry=false",
    "-webdav=false",
    "-admin.ui=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
    "-s3.allowDeleteBucketNotEmpty=false",
    "-filer.disableDirListing=true",
    "-filer.exposeDirectoryData=false",
    "-filer.ui.deleteDir=false",
    "-volume.preStopSeconds=0",
    # It reserves room for whole volumes, and a bucket takes at least one. With the default of up to
    # 1 GiB, a small disk has room for only a few buckets.
    "-master.volumeSizeLimitMB=64",
)


@dataclass(frozen=True)
class ObjectStoreAddress:
    """An S3 server's address and its administrator's credentials."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str


class EmbeddedObjectStore:
    """One S3 server with all its data in ``directory``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self._use = SharedUse(self.directory)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    def start(self) -> ObjectStoreAddress:
        """Make sure the server runs and answers. Raises EngineMissing, DiskFull or EngineFailed."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._use.joining():
            credentials = prepare_keys(self.directory)
            prepare_identities(self._identities)
            self._stop_an_older_one()
            if not (self.pid() and self._answers()):
                self._launch(credentials)
        return ObjectStoreAddress(
            endpoint_url=f"http://127.0.0.1:{self.ports()['s3.port']}",
            access_key_id=credentials.access_key_id,
            secret_access_key=credentials.secret_access_key,
            region=REGION,
        )

    def identities(self) -> dict[str, Credentials]:
        """The credentials of the other identities, by name; after the first start."""
        return prepare_identities(self._identities)

    def stop(self) -> None:
        """Stop using it; the server stops when nobody else uses it."""
        with self._use.leaving() as last:
            pid = self.pid() if last else None
            if pid is not None:
                stop_process(pid, signal.SIGTERM, seconds=STOP_SECONDS)
                if self._child is not None and self._child.pid == pid:
                    self._child.wait()

    def _stop_an_older_one(self) -> None:
        """A server of a former version may leave ports open, so it is not taken over."""
        pid = self.pid()
        if pid is not None and not set(self._switches()) <= set(command_line(pid)):
            stop_process(pid, signal.SIGTERM, seconds=STOP_SECONDS)

    def pid(self) -> int | None:
        """The process id of the running server, or None. The process is checked, because the file
        may be old."""
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        ours = is_alive(pid) and f"-dir={self.data}" in command_line(pid)
        return pid if ours else None

    def ports(self) -> dict[str, int]:
        """The ports of the server, by the name of their option."""
        found: dict[str, int] = json.loads(self._ports_file.read_text())
        return found

    @property
    def _pid_file(self) -> Path:
        return self.directory / "server.pid"

    @property
    def _ports_file(self) -> Path:
        return self.directory / "ports.json"

    @property
    def _identities(self) -> Path:
        return self.directory / "identities.json"

    def _switches(self) -> list[str]:
        return [*SWITCHES, f"-s3.config={self._identities}"]

    def _launch(self, credentials: Credentials) -> None:
        require_room(self.directory, mebibytes=ROOM_NEEDED_MB)
        program = find_program()
        self.data.mkdir(mode=0o700, exist_ok=True)
        ports = self._choose_ports()
        words = [
            program,
            "mini",
            f"-dir={self.data}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *self._switches(),
            *(f"-{name}={port}" for name, port in ports.items()),
        ]
        with open_log(self.log) as log:
            child = subprocess.Popen(
                words,
                cwd=self.directory,  # where it looks for security.toml
                env={
                    "PATH": os.defpath,
                    "HOME": str(self.directory),
                    "AWS_ACCESS_KEY_ID": credentials.access_key_id,
                    "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
                    "GOGC": COLLECT_AT_PERCENT,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in our terminal must not reach it
                umask=0o077,
            )
        self._child = child
        self._pid_file.write_text(str(child.pid))
        wait_until(lambda: self._answers() or child.poll() is not None, seconds=START_SECONDS)
        if child.poll() is not None or not self._answers() or not self._is_guarded():
            stop_process(child.pid, signal.SIGTERM, seconds=STOP_SECONDS)
            raise EngineFailed(engine=ENGINE, detail=last_lines(self.log), log=self.log)

    def _choose_ports(self) -> dict[str, int]:
        """The previous ports; a new one for each that another program has taken."""
        known = self.ports() if self._ports_file.exists() else {}
        kept = {name: known[name] for name in PORTS if name in known and port_is_free(known[name])}
        missing = [name for name in PORTS if name not in kept]
        ports = kept | dict(zip(missing, free_ports(len(missing)), strict=True))
        self._ports_file.write_text(json.dumps(ports, indent=1))
        return ports

    def _answers(self) -> bool:
        """Ready when an unsigned request is *refused*: then S3, its filer and its keys are up."""
        if not self._ports_file.exists():
            return False
        return self._status("s3.port") == HTTPStatus.FORBIDDEN

    def _is_guarded(self) -> bool:
        """Whether security.toml is in effect: an unreadable one is silently ignored."""
        return self._status("volume.port") == HTTPStatus.UNAUTHORIZED

    def _status(self, part: str) -> int:
        """The status of an unsigned GET / on this port; 0 when nothing answers."""
        return http_status("127.0.0.1", self.ports()[part], "/", seconds=5)


def find_program() -> str:
    """The wheel's ``weed`` beside our Python, or else one on the path. Raises EngineMissing."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.is_file() else shutil.which("weed")
    if found is None:
        raise EngineMissing(engine=ENGINE, tool="weed")
    return found
