"""A private PostgreSQL on a Unix socket, for a machine without a configured one.

- No TCP port and no password: the socket folder is accessible only to this user, and the server
  asks the kernel who connects (``peer``).
- ``zegel`` owns everything and brings the schema up to date. ``zegel_app``, the role of pages and
  jobs, owns nothing and cannot disable a guard. Who can run programs as the system user can use
  both.
- One directory holds ``data`` (the cluster), ``socket`` and ``server.log``. A socket's path may
  have 107 bytes at most; in a deeper directory, the socket folder is a temporary one whose path is
  stored in ``socket-folder``.
- The first process that uses it starts it, the last to leave stops it (``SharedUse``); a running
  one is taken over.
- PostgreSQL refuses to run as root: then it runs as the system user of ``system_user.py``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from service.engines.errors import DataFromOtherVersion, EngineFailed
from service.engines.postgres_programs import Programs, find_programs
from service.engines.private_files import make_passable, open_log
from service.engines.process import (
    SharedUse,
    command_line,
    is_alive,
    last_lines,
    require_room,
    stop_process,
    wait_until,
)
from service.engines.system_user import ServerUser, server_user

ENGINE = "PostgreSQL"
DATABASE = "zegel"
OWNER, APPLICATION = "zegel", "zegel_app"
LONGEST_SOCKET_PATH = 103  # bytes, macOS; Linux allows 107
SOCKET_FILE = ".s.PGSQL.5432"
ROOM_NEEDED_MB = 100
START_SECONDS = 120  # recovery after a crash can take long
STOP_SECONDS = 60
RELEASE_SECONDS, HELD = 30, "pre-existing shared memory block"  # PostgreSQL's message
RELOAD_SECONDS = 10

# Alone on its machine and rarely busy: no TCP; the backends do their own reading and writing.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Its details would contain what people typed.
    "log_error_verbosity": "terse",
    "io_method": "sync",
    # Modern disks read at random nearly as fast as in order, and most of this is in memory.
    "random_page_cost": "1.1",
}
# For tests only: a crash of the machine would lose the cluster.
WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class _Running:
    """The contents of ``postmaster.pid``, written by the server."""

    pid: int
    ready: bool


class EmbeddedPostgres:
    """One PostgreSQL cluster in ``directory``; ``durable=False`` is for tests only."""

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory = directory.resolve()
        self._durable = durable
        self._use = SharedUse(self.directory)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    def start(self) -> str:
        """Make sure the server runs and answers; returns ``url``.

        Raises EngineMissing, DataFromOtherVersion, DiskFull or EngineFailed.
        """
        make_passable(self.directory)
        with self._use.joining():
            if not self._answers():
                self._launch()
            self._furnish()
        return self.url()

    def stop(self) -> None:
        """Stop using it; without other users the server stops, and open transactions are rolled
        back."""
        with self._use.leaving() as last:
            running = self._running() if last else None
            if running is not None:
                stop_process(running.pid, signal.SIGINT, seconds=STOP_SECONDS, last=signal.SIGQUIT)
                if self._child is not None and self._child.pid == running.pid:
                    self._child.wait()

    def url(self, database: str = DATABASE) -> str:
        """A database's address for the role that owns nothing, in SQLAlchemy's form."""
        return self._url(APPLICATION, database)

    def owner_url(self, database: str = DATABASE) -> str:
        """The same for the role that owns everything."""
        return self._url(OWNER, database)

    def pid(self) -> int | None:
        running = self._running()
        return running.pid if running else None

    # --- starting -------------------------------------------------------------------------

    def _launch(self) -> None:
        require_room(self.directory, mebibytes=ROOM_NEEDED_MB)
        programs = find_programs()
        user = server_user(programs.folder, self.directory)
        if self.data.exists():
            self._check_version(programs)
        else:
            self._initialise(programs, user)
        self._clear_after_crash()
        self._write_access_rules()
        self._prepare_socket_folder(user)
        self._run(programs, user)

    def _check_version(self, programs: Programs) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(programs.major):
            raise DataFromOtherVersion(
                directory=self.directory, found=found, expected=programs.major
            )

    def _initialise(self, programs: Programs, user: ServerUser) -> None:
        """Make the cluster and then move it to its place, so that it is complete or absent."""
        unfinished = self.directory / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        user.give(unfinished)
        with open_log(self.log) as log:
            done = user.run(
                [
                    str(programs.folder / "initdb"),
                    f"--pgdata={unfinished}",
                    f"--username={OWNER}",
                    "--encoding=UTF8",
                    *programs.locale_options(),
                    "--auth=reject",  # replaced before the first start, see _write_access_rules
                    "--no-instructions",
                    *([] if self._durable else ["--no-sync"]),
                ],
                output=log,
            )
        if done != 0:
            raise EngineFailed(engine=ENGINE, detail=last_lines(self.log), log=self.log)
        unfinished.rename(self.data)

    def _clear_after_crash(self) -> None:
        """Remove the lock file of a server that is gone.

        PostgreSQL refuses to start if the process id now belongs to another process of the same
        user, as after a restart of a container.
        """
        running = self._recorded()
        if running is not None and not self._is_our_server(running.pid):
            (self.data / "postmaster.pid").unlink()

    def _write_access_rules(self) -> bool:
        """Only the user who starts the server may connect, as either role; returns whether the
        rules changed.

        ``peer``: the kernel tells which system user is at the other end of the socket.
        """
        ourselves = pwd.getpwuid(os.geteuid()).pw_name
        rules = {
            self.data / "pg_hba.conf": f"local all {OWNER},{APPLICATION} peer map=zegel\n",
            self.data / "pg_ident.conf": "".join(
                f'zegel "{ourselves}" {role}\n' for role in (OWNER, APPLICATION)
            ),
        }
        new = [path for path, rule in rules.items() if path.read_text() != rule]
        for path in new:
            path.write_text(rules[path])
        return bool(new)

    def _run(self, programs: Programs, user: ServerUser) -> None:
        settings = SERVER_SETTINGS | {"unix_socket_directories": str(self._socket_folder())}
        if programs.major < 18:
            settings.pop("io_method")
        if not self._durable:
            settings |= WITHOUT_DURABILITY
        words = [str(programs.folder / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        # The last processes of a killed server hold its shared memory until they notice.
        wait_until(
            lambda: self._started(words, user) or HELD not in last_lines(self.log),
            seconds=RELEASE_SECONDS,
            every=0.2,
        )
        if not self._answers():
            raise EngineFailed(engine=ENGINE, detail=last_lines(self.log), log=self.log)

    def _started(self, words: list[str], user: ServerUser) -> bool:
        """Start it once; returns whether it answers."""
        with open_log(self.log) as log:
            child = self._child = user.start(words, output=log)
        wait_until(lambda: self._answers() or child.poll() is not None, seconds=START_SECONDS)
        return self._answers()

    def _furnish(self) -> None:
        """Create the database and the role that owns nothing if missing, as in a cluster of an
        earlier version."""
        with self._connect("postgres") as connection:
            for known, made, name in (
                ("SELECT 1 FROM pg_database WHERE datname = %s", "CREATE DATABASE {}", DATABASE),
                ("SELECT 1 FROM pg_roles WHERE rolname = %s", "CREATE ROLE {} LOGIN", APPLICATION),
            ):
                if connection.execute(known, [name]).fetchone() is None:
                    connection.execute(sql.SQL(made).format(sql.Identifier(name)))
            if self._write_access_rules():
                connection.execute("SELECT pg_reload_conf()")
                # The server reloads them with some delay.
                wait_until(lambda: self._lets_in(APPLICATION), seconds=RELOAD_SECONDS)

    # --- the socket folder ----------------------------------------------------------------

    def _socket_folder(self) -> Path:
        beside = self.directory / "socket"
        if len(os.fsencode(beside / SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
            return beside
        remembered = self.directory / "socket-folder"
        return Path(remembered.read_text()) if remembered.exists() else beside

    def _prepare_socket_folder(self, user: ServerUser) -> None:
        folder = self._socket_folder()
        if len(os.fsencode(folder / SOCKET_FILE)) > LONGEST_SOCKET_PATH or _is_foreign(
            folder, user
        ):
            folder = Path(tempfile.mkdtemp(prefix="zegel-", dir="/tmp"))
            (self.directory / "socket-folder").write_text(str(folder))
        folder.mkdir(mode=0o700, exist_ok=True)
        user.give(folder)

    # --- what runs now --------------------------------------------------------------------

    def _recorded(self) -> _Running | None:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if not lines or not lines[0].strip().isdigit():
            return _Running(pid=0, ready=False)
        status = lines[7].strip() if len(lines) > 7 else ""
        return _Running(int(lines[0]), ready=status == "ready")

    def _running(self) -> _Running | None:
        recorded = self._recorded()
        return recorded if recorded and self._is_our_server(recorded.pid) else None

    def _is_our_server(self, pid: int) -> bool:
        """A number in a file proves nothing: the process must be a server on these data."""
        return pid > 0 and is_alive(pid) and str(self.data) in command_line(pid)

    def _answers(self) -> bool:
        running = self._running()
        return running is not None and running.ready and self._lets_in(OWNER)

    def _lets_in(self, role: str) -> bool:
        try:
            self._connect("postgres", role).close()
        except psycopg.OperationalError:
            return False
        return True

    def _url(self, role: str, database: str) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self._socket_folder()))}"

    def _connect(self, database: str, role: str = OWNER) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._socket_folder()),
            user=role,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )


def _is_foreign(folder: Path, user: ServerUser) -> bool:
    """Others may have deleted and recreated a remembered folder in the temporary directory."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), user.uid)
