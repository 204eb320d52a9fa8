"""The system user that runs the embedded PostgreSQL: our own or, for root, ``zegel-postgres``,
created at first use, because PostgreSQL refuses to run as root.

If a private folder (such as ``/root``) keeps that user from the data directory or the programs, the
server keeps the one capability of root needed to pass through.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.engines.errors import EngineMissing

NAME = "zegel-postgres"
KEPT_CAPABILITY = "+dac_override"


@dataclass(frozen=True)
class ServerUser:
    """A user as which programs can be started."""

    uid: int
    gid: int
    switch: tuple[str, ...] = ()

    def run(self, words: Sequence[str], *, output: BinaryIO) -> int:
        """Run a program to its end; returns its exit status."""
        return self.start(words, output=output).wait()

    def start(self, words: Sequence[str], *, output: BinaryIO) -> subprocess.Popen[bytes]:
        """In its own session: Ctrl-C in our terminal must not reach it."""
        return subprocess.Popen(
            [*self.switch, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"},
            start_new_session=True,
            umask=0o077,
        )

    def give(self, folder: Path) -> None:
        """Make this user the owner of one of our folders."""
        if folder.stat().st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)


def server_user(*must_reach: Path) -> ServerUser:
    """The user to run the server as; ``must_reach`` are the folders it needs.

    Raises EngineMissing when root has no ``setpriv`` or cannot create the user.
    """
    if os.geteuid() != 0:
        return ServerUser(os.getuid(), os.getgid())
    account = _account()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EngineMissing(engine="PostgreSQL", tool="setpriv")
    switch = [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    if not all(_reachable(folder, account) for folder in must_reach):
        switch += [f"--inh-caps={KEPT_CAPABILITY}", f"--ambient-caps={KEPT_CAPABILITY}"]
    return ServerUser(account.pw_uid, account.pw_gid, tuple(switch))


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        pass
    useradd = shutil.which("useradd")
    if useradd is None:
        raise EngineMissing(engine="PostgreSQL", tool="useradd")
    made = subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(NAME)  # another process may have been faster
    except KeyError:
        raise EngineMissing(engine="PostgreSQL", tool=made.stderr.strip()) from None


def _reachable(folder: Path, account: pwd.struct_passwd) -> bool:
    """Whether this user can pass through every folder down to ``folder``; ignores ACLs."""
    return all(_may_pass(part.stat(), account) for part in (folder, *folder.parents))


def _may_pass(found: os.stat_result, account: pwd.struct_passwd) -> bool:
    if found.st_uid == account.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.pw_gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
