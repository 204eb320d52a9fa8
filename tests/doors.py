"""Finds every listening socket of running processes, attacks them all, and checks the archive."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ATTACKER = Path(__file__).with_name("attacker.py")
NOBODY = 65534
LISTENING, ACCEPTS = "0A", 0x10000  # in /proc/net, for TCP and for Unix sockets


def descendants(roots: Iterable[int]) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def doors(pids: Iterable[int]) -> list[Any]:
    """Each listening socket of these processes: ``[address, port]``, or a Unix socket's path.

    From the kernel's tables, so only on Linux.
    """
    mine = {inode for pid in pids for inode in _sockets(pid)}
    found: list[Any] = []
    for family in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{family}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and fields[9] in mine:
                found.append(_address(fields[1]))
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[3], 16) & ACCEPTS and fields[6] in mine:
            found.append(fields[7])
    return found


def _sockets(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            target = os.readlink(entry)
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def _address(field: str) -> list[Any]:
    """A socket on all addresses is attacked through the loopback address."""
    address, port = field.split(":")
    words = [bytes.fromhex(address[start : start + 8])[::-1] for start in range(0, len(address), 8)]
    family = socket.AF_INET6 if len(words) == 4 else socket.AF_INET
    shown = socket.inet_ntop(family, b"".join(words))
    return [{"0.0.0.0": "127.0.0.1", "::": "::1"}.get(shown, shown), int(port, 16)]


def attacked(where: list[Any], bucket: str, objects: list[list[str]]) -> list[dict[str, Any]]:
    """The answers of each socket to an attacker without credentials.

    If we are root, the attacker is another user, so that the modes of sockets are tested too.
    """
    as_nobody: dict[str, Any] = (
        {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    done = subprocess.run(
        [_python(as_nobody), "-I", "-c", ATTACKER.read_text()],
        input=json.dumps({"doors": where, "bucket": bucket, "objects": objects}),
        capture_output=True,
        text=True,
        cwd="/",
        env={},
        check=False,
        **as_nobody,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _python(as_user: dict[str, Any]) -> str:
    """A Python that this user can run: ours may be in a private home directory."""
    candidates = [str(Path(sys.executable).resolve()), shutil.which("python3", path=os.defpath)]
    for program in candidates:
        if program is None:
            continue
        try:
            tried = subprocess.run([program, "-I", "-c", ""], cwd="/", check=False, **as_user)
        except PermissionError:
            continue
        if tried.returncode == 0:
            return program
    raise LookupError(f"no Python that user {NOBODY} may run: {candidates}")


def bytes_kept(s3: Any, bucket: str) -> dict[tuple[str, str], str]:
    """The SHA-256 of every version in the bucket, read now."""
    found = {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in page.get("Versions", []):
            which = (each["Key"], each["VersionId"])
            read = s3.get_object(Bucket=bucket, Key=which[0], VersionId=which[1])["Body"].read()
            found[which] = hashlib.sha256(read).hexdigest()
    return found
