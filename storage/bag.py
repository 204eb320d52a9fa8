"""Files as a bag (BagIt 1.0, RFC 8493), whose completeness any bagit tool can check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
INFO, MANIFEST = "bag-info.txt", "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"


def bag(payload: Mapping[str, bytes], info: Mapping[str, str]) -> dict[str, bytes]:
    """Every file of the bag by name; the same input gives the same bytes.

    ``info`` are labels and values of ``bag-info.txt`` (RFC 8493, 2.2.2), in order; the payload's
    size is added. Raises ValueError for a value of more than one line.
    """
    size = sum(len(data) for data in payload.values())
    labels = {**info, "Payload-Oxum": f"{size}.{len(payload)}"}
    for label, value in labels.items():
        if len(value.splitlines()) > 1:
            raise ValueError(f"{label} has more than one line")
    data = {PAYLOAD + name: content for name, content in payload.items()}
    tags = {
        "bagit.txt": DECLARATION,
        INFO: "".join(f"{label}: {value}\n" for label, value in labels.items()).encode(),
        MANIFEST: _manifest(data),
    }
    return {**data, **tags, TAG_MANIFEST: _manifest(tags)}


def _manifest(files: Mapping[str, bytes]) -> bytes:
    lines = (
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    )
    return "".join(lines).encode()
