"""Ends an engine of the tests when its users were killed and could not stop it themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Waits for the lock that every user of the engine shares and the system releases when they die. It
# runs without our packages, to start at once; a process id in a file is checked, for it may have
# become another's.
_WATCH = """
import fcntl, os, signal, subprocess, sys
lock, recorded, directory = sys.argv[1:]
file = os.open(lock, os.O_RDWR)
fcntl.flock(file, fcntl.LOCK_EX)
if os.path.exists(recorded):
    pid = open(recorded).readline().strip()
    told = subprocess.run(["ps", "-wwo", "command=", "-p", pid], capture_output=True, text=True)
    if directory in told.stdout:
        os.kill(int(pid), signal.SIGQUIT)
"""


def ended_when_left(directory: Path, recorded: Path) -> None:
    """Watch the engine in ``directory``, which this process uses; ``recorded`` has its process id.

    The first caller for a directory starts the watcher, in a session of its own: what kills the
    tests must not kill it.
    """
    try:
        (directory / "watched").touch(exist_ok=False)
    except FileExistsError:
        return
    subprocess.Popen(
        [sys.executable, "-SIc", _WATCH, directory / "in-use.lock", recorded, directory],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
