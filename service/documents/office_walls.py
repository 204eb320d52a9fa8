"""Sandboxes the office, whatever a document makes it do (Linux only; elsewhere no restriction).

Four restrictions, which need no privilege and cannot be lifted:

- **network**: a namespace without interfaces if the kernel permits one, and a filter that allows
  only local sockets, also in a container with Docker's defaults.
- **files**: Landlock. The office reads the system's files and writes its own folder; it sees no
  keys, settings or data of the service. (In ``/tmp``, where its sockets are, it can remove its
  user's files.)
- **capabilities**: none are left, even if the service runs as root.
- no process it starts can regain a privilege.

As a script it restricts itself and prints as JSON which hold. Standard library only, for
``office_client.py``.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import re
import struct
import sys
import tempfile

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2
CAPABILITY_VERSION = 0x20080522

# Landlock's system calls have the same numbers on every processor.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH, ASK_VERSION = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_SOCK, TRUNCATE = 1 << 9, 1 << 14
READ = EXECUTE | READ_FILE | READ_DIR
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
# The number of rights in each version of Landlock.
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
RIGHTS_NOW = 16
KNOWS_SCOPES, ABSTRACT_SOCKETS, SIGNALS = 6, 1, 2
OF_THE_SYSTEM = (
    *("/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt", "/etc", "/proc", "/sys"),
    "/var/lib/libreoffice",  # where Debian keeps its office's list of extensions
    "/var/spool/libreoffice",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")
SOCKETS = "/tmp"  # noqa: S108  built into the office

# Per processor: its number for the filter, and that of its socket call.
PROCESSORS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
IO_URING_SETUP, X32 = 425, 0x40000000  # both could make sockets past the filter
LOAD, EQUAL, AT_LEAST, ANSWER = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000


def build(directory: str, *readable: str) -> dict[str, bool]:
    """Apply the restrictions to this thread and its children; returns which hold.

    ``directory`` is writable, ``readable`` is readable besides system files.
    """
    if sys.platform != "linux":
        return {"network": False, "files": False, "capabilities": False}
    libc = ctypes.CDLL(None, use_errno=True)
    namespace = leave_network(libc)
    bare = drop_capabilities(libc) and libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    filtered = bare and refuse_sockets(libc)
    return {
        "network": namespace or filtered,
        "files": bare and close_files(libc, directory, readable),
        "capabilities": bare,
    }


def leave_network(libc: ctypes.CDLL) -> bool:
    """Move into a network namespace without interfaces, if permitted."""
    try:
        if libc.unshare(CLONE_NEWNET) == 0:
            return True
        user, group = os.getuid(), os.getgid()
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            return False
        for name, line in (
            ("uid_map", f"{user} {user} 1"),
            ("setgroups", "deny"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open("/proc/self/" + name, "w") as file:
                file.write(line)
        return True
    except OSError:  # refused halfway
        return False


def drop_capabilities(libc: ctypes.CDLL) -> bool:
    """Give up every capability."""
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    return bool(libc.capset(header, bytes(24)) == 0)


def refuse_sockets(libc: ctypes.CDLL) -> bool:
    """Allow this thread and its children only local sockets."""
    known = PROCESSORS.get(platform.machine())
    if known is None:
        return False
    processor, make_socket = known
    refused = REFUSE | errno.EAFNOSUPPORT
    # Each line: operation, lines to skip if true, if false, value.
    lines = (
        (LOAD, 0, 0, 4),  # the processor
        (EQUAL, 0, 6, processor),
        (LOAD, 0, 0, 0),  # the call
        (AT_LEAST, 4, 0, X32),
        (EQUAL, 3, 0, IO_URING_SETUP),
        (EQUAL, 0, 3, make_socket),
        (LOAD, 0, 0, 16),  # its first argument, the address family
        (EQUAL, 1, 0, 1),  # AF_UNIX
        (ANSWER, 0, 0, refused),
        (ANSWER, 0, 0, ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in lines))
    program = struct.pack("@HP", len(lines), ctypes.addressof(code))
    return bool(libc.prctl(PR_SET_SECCOMP, FILTER, program, 0, 0) == 0)


def close_files(libc: ctypes.CDLL, directory: str, readable: tuple[str, ...]) -> bool:
    """Landlock: hide all files but those named here."""
    version = libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION)
    if version < 1:
        return False
    every = (1 << RIGHTS.get(version, RIGHTS_NOW)) - 1
    asked = struct.pack("=Q", every)
    if version >= KNOWS_SCOPES:  # no signals to others, no abstract sockets of others
        asked = struct.pack("=QQQ", every, 0, ABSTRACT_SOCKETS | SIGNALS)
    rules = libc.syscall(CREATE_RULESET, asked, len(asked), 0)
    if rules < 0:
        return False
    try:
        allowed = dict.fromkeys((*OF_THE_SYSTEM, *readable), READ)
        # Not all of /dev: in /dev/shm are the folders of other offices.
        allowed |= dict.fromkeys(DEVICES, READ | WRITE_FILE)
        allowed[SOCKETS] = MAKE_SOCK | REMOVE_FILE
        # The client removes its folder when the service is gone; elsewhere it can only remove empty
        # ones.
        parent = os.path.dirname(os.path.abspath(directory))
        allowed[parent] = allowed.get(parent, 0) | REMOVE_DIR
        allowed[directory] = every
        for path, rights in allowed.items():
            if os.path.exists(path) and not _allow(libc, rules, path, rights & every):
                return False
        return bool(libc.syscall(RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> bool:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = rights if os.path.isdir(path) else rights & OF_A_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        return bool(libc.syscall(ADD_RULE, rules, PATH_BENEATH, rule, 0) == 0)
    finally:
        os.close(descriptor)


def fonts(fonts_conf: str) -> tuple[str, ...]:
    """The fontconfig file and the directories it names."""
    with open(fonts_conf, encoding="utf-8") as file:
        named = re.findall(r"<(?:dir|cachedir)>([^<]*)<", file.read())
    return (fonts_conf, *named)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        print(json.dumps(build(own)), flush=True)
