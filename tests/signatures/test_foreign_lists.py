"""The revocation lists of a third-party authority above our seal: fetched within limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from signatures.errors import AuthorityError
from signatures.providers.base import SealCertificate
from signatures.sealing.validation_data import LARGEST_LIST, Foreign
from tests.signatures.tokens import ForeignAuthority

PIECE = bytes(1_000_000)


class Endless(BaseHTTPRequestHandler):
    """An endless list; sends at most ten times what may be read."""

    status, most, sent = 200, 10 * LARGEST_LIST, 0

    def do_GET(self) -> None:
        self.send_response(Endless.status)
        self.end_headers()
        try:
            while Endless.sent < Endless.most:
                self.wfile.write(PIECE)
                Endless.sent += len(PIECE)
        except (BrokenPipeError, ConnectionResetError):
            return  # the reader has gone

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing."""


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[Foreign]:
    monkeypatch.setattr(Endless, "sent", 0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made = ForeignAuthority(f"http://127.0.0.1:{server.server_port}")
    certificate = made.certificate(ec.generate_private_key(ec.SECP256R1()))
    yield Foreign(SealCertificate(certificate, (made.issuer, made.root)))
    server.shutdown()
    server.server_close()


def code(lists: Foreign) -> str:
    with pytest.raises(AuthorityError) as refused:
        lists.lists(datetime.now(UTC))
    return refused.value.code


def test_one_without_an_end_is_not_read_to_its_end(lists: Foreign) -> None:
    assert code(lists) == "unreadable"
    assert Endless.sent < 2 * LARGEST_LIST


def test_an_error_is_no_list(lists: Foreign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Endless, "status", 503)
    monkeypatch.setattr(Endless, "most", len(PIECE))
    assert code(lists) == "unavailable"
