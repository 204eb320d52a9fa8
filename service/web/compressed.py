"""Compresses text answers with gzip, to a third of their size.

A page's length must not reveal a secret on it to a stranger whose input is on it too (BREACH). So
the form's token differs in each answer (``security.token``), other sites can send our cookies only
by opening a page (``Lax``), and random bytes are added, as in Django.
"""

from __future__ import annotations

import secrets
import zlib
from functools import lru_cache

from flask import Flask, Response, request

TYPES = ("text/html", "text/css", "text/javascript", "image/svg+xml", "application/json",
         "application/problem+json", "text/plain")  # fmt: skip
WORTH = 1024  # bytes; smaller answers fit in one packet anyway
PADDING = 100  # bytes at most
STREAM = bytes.fromhex("1f8b 08 08 00000000 00 ff")  # RFC 1952: a name follows, no time, no system


def install(app: Flask) -> None:
    """Compress the answers of ``app``. Register before other handlers of answers."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype in TYPES or response.status_code == 304:
        response.vary.add("Accept-Encoding")
        # A weak tag: the same content, perhaps in other bytes.
        if etag := response.get_etag()[0]:
            response.set_etag(etag, weak=True)
    if not _may(response):
        return response
    response.direct_passthrough = False  # a static file of at most 30 kB, so read it
    data = response.get_data()
    if len(data) < WORTH:
        return response
    if request.endpoint == "static":
        response.set_data(_once(data))
    else:
        response.set_data(_gzip(data, level=5, name=b"x" * secrets.randbelow(PADDING)))
    response.content_encoding = "gzip"
    response.headers.pop("Accept-Ranges", None)
    return response


def _may(response: Response) -> bool:
    return (
        response.status_code not in (206, 304)
        and response.mimetype in TYPES
        and not response.content_encoding
        and (response.direct_passthrough or not response.is_streamed)
        and request.accept_encodings["gzip"] > 0
    )


@lru_cache(maxsize=64)
def _once(data: bytes) -> bytes:
    """A static file has no secret: compress it well, once per process."""
    return _gzip(data, level=9, name=b"")


def _gzip(data: bytes, *, level: int, name: bytes) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    end = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((STREAM, name, b"\0", packer.compress(data), packer.flush(), end))
