"""Text is sent compressed to browsers that accept it, unchanged; nothing else changes."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
PAGE, STYLES = "/pages/sign-decline-done", "/static/base.css"


@pytest.mark.parametrize("path", [PAGE, STYLES])
def test_text_is_compressed_for_who_takes_it_so(app: Flask, path: str) -> None:
    client = app.test_client()
    plain, packed = client.get(path), client.get(path, headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < 0.6 * len(plain.data)
    assert "Content-Encoding" not in plain.headers
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Content-Type"].startswith("text/")
    assert (
        "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers
    )


def test_the_length_of_a_page_tells_nothing(app: Flask) -> None:
    client = app.test_client()
    assert len({len(client.get(PAGE, headers=GZIP).data) for _ in range(20)}) > 5


def test_who_has_a_static_file_is_not_sent_it_again(app: Flask) -> None:
    client = app.test_client()
    tag = client.get(STYLES, headers=GZIP).headers["ETag"]
    assert tag.startswith('W/"')
    for accepted in (GZIP, {}):
        again = client.get(STYLES, headers={**accepted, "If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        assert "Accept-Encoding" in again.headers["Vary"]
    part = client.get(STYLES, headers={**GZIP, "Range": "bytes=0-1999"})
    assert (part.status_code, len(part.data)) == (206, 2000)
    assert "Content-Encoding" not in part.headers


def test_what_is_small_or_no_text_stays_as_it_is(app: Flask) -> None:
    app.add_url_rule("/klein", "small", lambda: "x" * 1000)
    app.add_url_rule("/pdf", "pdf", lambda: Response(b"x" * 9000, mimetype="application/pdf"))
    for path, size in (("/klein", 1000), ("/pdf", 9000)):
        answer = app.test_client().get(path, headers=GZIP)
        assert "Content-Encoding" not in answer.headers
        assert len(answer.data) == size
