"""Reads forms and uploads."""

from __future__ import annotations

import base64
import binascii
import unicodedata

from werkzeug.datastructures import FileStorage, MultiDict

PNG_URL = "data:image/png;base64,"
# The core has one signature, a page a field for each method.
SIGNATURE_FIELDS = {"typed": "typed_name", "drawn": "drawn_image", "uploaded": "uploaded_image"}


def read(form: MultiDict[str, str]) -> dict[str, str]:
    """Every field of a form, tidied but not validated."""
    return {name: tidy(form[name]) for name in form}


def tidy(value: str) -> str:
    """NFC, trimmed, line ends as ``\\n``."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def upload(files: MultiDict[str, FileStorage], name: str) -> bytes:
    """The bytes of an uploaded file; empty for none."""
    file = files.get(name)
    return file.stream.read() if file and file.filename else b""


def drawing(url: str) -> bytes:
    """The bytes of a drawing; what is no PNG data URL is returned unchanged, to be refused."""
    if not url.startswith(PNG_URL):
        return url.encode()
    try:
        return base64.b64decode(url[len(PNG_URL) :], validate=True)
    except binascii.Error:
        return url.encode()
