"""Files as answers."""

from __future__ import annotations

import io

from flask import Response, send_file


def file(data: bytes, media_type: str, name: str, *, show: bool = False) -> Response:
    """A file for the browser; ``show`` lets it open the file instead of saving it.

    Flask writes the name in the header, because a header holds no ’ or ł as such: an answer with
    one breaks off.
    """
    return send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=not show,
        download_name=name,
        conditional=False,
        etag=False,
    )
