"""Answers with files."""

from __future__ import annotations

import io

from flask import Response, send_file


def file(data: bytes, media_type: str, name: str, *, show: bool = False) -> Response:
    """A file for the browser; with ``show`` it may open the file instead of saving it.

    Flask encodes the name in the header, which cannot hold ’ or ł: such an answer would break off.
    """
    return send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=not show,
        download_name=name,
        conditional=False,
        etag=False,
    )
