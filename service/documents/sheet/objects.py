"""PDF syntax: strings, streams, and numbered objects (ISO 32000-1, 7)."""

from __future__ import annotations

import hashlib
import zlib

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
COMPRESSION = 6


def text(words: str) -> str:
    """Literal if printable ASCII, else UTF-16 (7.9.2.2)."""
    if words.isascii() and words.isprintable():
        escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"({escaped})"
    return f"<feff{words.encode('utf-16-be').hex()}>"


def numbers(*values: float) -> str:
    """An array of numbers, rounded to three decimals."""
    return f"[{' '.join(f'{round(value, 3):g}' for value in values)}]"


def stream(content: bytes, entries: str = "", *, packed: bool = True) -> bytes:
    """A stream object with these dictionary ``entries`` and its length."""
    if packed:
        content = zlib.compress(content, COMPRESSION)
        entries += "/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (
        entries.encode("ascii"),
        len(content),
        content,
    )


class PdfFile:
    """The numbered objects of a file being written."""

    def __init__(self) -> None:
        self._objects: list[bytes | None] = []

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._objects.append(None)
        return len(self._objects)

    def add(self, body: bytes | str) -> int:
        """Write an object; returns its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def put(self, number: int, body: bytes | str) -> None:
        """Write an object under its reserved number."""
        self._objects[number - 1] = body.encode("ascii") if isinstance(body, str) else body

    def finished(self, root: int, information: int) -> bytes:
        """The whole file. Its identifier comes from its content, so equal contents give equal
        files."""
        parts, offsets, at = [HEADER], [], len(HEADER)
        for number, body in enumerate(self._objects, 1):
            if body is None:
                raise ValueError(f"object {number} was never written")
            part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            offsets.append(b"%010d 00000 n \n" % at)
            parts.append(part)
            at += len(part)
        identity = hashlib.sha256(b"".join(parts)).hexdigest()[:32]
        size = len(offsets) + 1
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        parts += offsets
        parts.append(
            f"trailer\n<</Size {size}/Root {root} 0 R/Info {information} 0 R"
            f"/ID [<{identity}><{identity}>]>>\nstartxref\n{at}\n%%EOF\n".encode("ascii")
        )
        return b"".join(parts)
