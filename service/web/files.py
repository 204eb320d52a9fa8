"""Answers with files."""

from __future__ import annotations

import io
from collections.abc import Iterator

from flask import Response, send_file
from werkzeug.http import dump_options_header


def file(data: bytes, media_type: str, name: str, *, show: bool = False) -> Response:
    """A file for the browser, to save or (with ``show``) to open.

    Flask encodes the name in the header, which cannot hold ’ or ł.
    """
    return send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=not show,
        download_name=name,
        conditional=False,
        etag=False,
    )


def streamed(parts: Iterator[bytes], media_type: str, name: str) -> Response:
    answer = Response(parts, content_type=media_type)
    answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    return answer
