"""Files as answers."""

from __future__ import annotations

from flask import Response


def file(data: bytes, media_type: str, name: str, *, show: bool = False) -> Response:
    """A file for the browser; ``show`` lets it open the file instead of saving it."""
    answer = Response(data, mimetype=media_type)
    answer.headers.set("Content-Disposition", "inline" if show else "attachment", filename=name)
    return answer
