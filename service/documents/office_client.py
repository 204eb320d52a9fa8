"""A small program that starts and controls one warm LibreOffice, with only the standard library and
UNO, which only the distribution's Python has.

A frame on standard input or output is: four bytes length, JSON, four bytes length, content.

    ->  {"options": {...}} and the .docx        <-  {"ok": true, "rss": bytes} and the PDF
                                                <-  {"ok": false, "error": "..."} and nothing

When standard input closes, the office is killed and the directory removed; if this program is
killed, the kernel kills the office (Linux).

Usage: office_client.py SOFFICE_BIN DIRECTORY PIPE_NAME SOCKET_TO_REMOVE...
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import resource
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from functools import lru_cache
from typing import Any, BinaryIO, NoReturn

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.uno import RuntimeException
from office_walls import build, fonts  # type: ignore[import-not-found]  # beside this file

START_SECONDS = 20
MEMORY_LIMIT = 1 << 30
"""Bytes of data that an office may use; it normally needs a fifth."""

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Start the office, and convert until standard input closes."""
    program, directory, pipe, *sockets = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output of libraries must not get between the frames
    walls = build(directory, os.path.dirname(program), *fonts(os.environ["FONTCONFIG_FILE"]))
    office = start_office(program, directory, pipe)
    requests: queue.SimpleQueue[tuple[Any, bytes]] = queue.SimpleQueue()

    def read_requests() -> None:
        try:
            while True:
                requests.put(read_frame(sys.stdin.buffer))
        except EOFError:
            end(office, directory, sockets)

    threading.Thread(target=read_requests, daemon=True).start()
    try:
        desktop = connect(office, pipe)
        write_frame(answers, {"ok": True, "walls": walls, "office": office.pid})
        while True:
            request, docx = requests.get()
            answer, pdf = convert(desktop, directory, docx, request["options"])
            answer["rss"] = resident_bytes(office.pid)
            write_frame(answers, answer, pdf)
    finally:
        end(office, directory, sockets)


def start_office(program: str, directory: str, pipe: str) -> subprocess.Popen[bytes]:
    """The office process; it dies with this one and has limited memory."""

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))

    return subprocess.Popen(
        [
            program,
            "-env:UserInstallation=" + profile_url(directory),
            "--headless",
            "--invisible",
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nolockcheck",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=limits,
    )


def connect(office: subprocess.Popen[bytes], pipe: str) -> Any:
    """The office's desktop, once it listens."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    address = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            context = resolver.resolve(address)
            break
        except Exception as error:  # UNO's NoConnectException: not listening yet
            if office.poll() is not None:
                raise SystemExit(f"office ended with status {office.returncode}") from error
            if time.monotonic() > deadline:
                raise SystemExit(f"office does not listen: {error}") from error
            time.sleep(0.02)
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def convert(
    desktop: Any, directory: str, docx: bytes, options: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    """The PDF of a .docx, or why it failed. If the office died, this program ends."""
    source, target = (os.path.join(directory, name) for name in ("in.docx", "out.pdf"))
    with open(source, "wb") as file:
        file.write(docx)
    try:
        document = desktop.loadComponentFromURL(
            uno.systemPathToFileUrl(source), "_blank", 0, load_arguments()
        )
        if document is None:
            return {"ok": False, "error": "the office does not read this document"}, b""
        try:
            arguments = export_arguments(tuple(options.items()))
            document.storeToURL(uno.systemPathToFileUrl(target), arguments)
        finally:
            document.close(True)
        with open(target, "rb") as file:
            return {"ok": True}, file.read()
    except RuntimeException:
        raise  # the office is gone or broken: this program ends, the pool tries a new one
    except Exception as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}, b""
    finally:
        for path in (source, target):
            if os.path.exists(path):
                os.unlink(path)


LOAD_PROPERTIES = {
    "Hidden": True,
    "HiddenForConversion": True,  # no toolbars, not even hidden ones
    "ReadOnly": True,
    "FilterName": "MS Word 2007 XML",  # else text, images and empty files load as well
    "MacroExecutionMode": 0,  # never
    "UpdateDocMode": 0,  # no links
}


@lru_cache
def load_arguments() -> tuple[Any, ...]:
    return properties(LOAD_PROPERTIES)


@lru_cache
def export_arguments(options: tuple[tuple[str, Any], ...]) -> tuple[Any, ...]:
    """The same for every document, so made once."""
    data = uno.Any("[]com.sun.star.beans.PropertyValue", properties(dict(options)))
    return properties({"FilterName": "writer_pdf_Export", "FilterData": data})


def properties(values: dict[str, Any]) -> tuple[Any, ...]:
    """Convert a dictionary to UNO's type."""
    result = []
    for name, value in values.items():
        entry = PropertyValue()
        entry.Name, entry.Value = name, value
        result.append(entry)
    return tuple(result)


def resident_bytes(pid: int) -> int:
    """The memory that the office uses now."""
    if os.path.exists("/proc/self/statm"):
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True)
    return int(listed.stdout) * 1024


def end(office: subprocess.Popen[bytes], directory: str, sockets: list[str]) -> NoReturn:
    """Kill the office, remove what it left, and exit."""
    office.kill()
    office.wait()
    for path in sockets:
        if os.path.exists(path):
            os.unlink(path)
    shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)


def profile_url(directory: str) -> str:
    return str(uno.systemPathToFileUrl(os.path.join(directory, "profile")))


def read_frame(stream: BinaryIO) -> tuple[Any, bytes]:
    """The next frame; EOFError at the end."""
    return json.loads(read_part(stream)), read_part(stream)


def read_part(stream: BinaryIO) -> bytes:
    """One counted part of a frame."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    (size,) = struct.unpack(">I", head)
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def write_frame(stream: BinaryIO, answer: dict[str, Any], content: bytes = b"") -> None:
    head = json.dumps(answer).encode()
    stream.write(struct.pack(">I", len(head)) + head + struct.pack(">I", len(content)) + content)
    stream.flush()


if __name__ == "__main__":
    main()
