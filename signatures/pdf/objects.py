"""Reads PDF objects strictly (ISO 32000-2, 7.3), as this project writes them, for the verifier.

No repair, comment, indirect length or generation other than 0: attacks exploit lenient readers.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from signatures.pdf.strict import NotStrict as NotStrict
from signatures.pdf.strict import Work

DEEPEST = 40
LONGEST_STREAM = 8_000_000  # bytes, uncompressed

_SPACE = rb"[\0\t\n\f\r ]*+"
_END = rb"(?=[\0\t\n\f\r ()<>\[\]{}/%]|\Z)"
# Possessive quantifiers: no backtracking over spaces or digits.
_TOKEN = re.compile(
    _SPACE + rb"(?:(?P<dict><<)|(?P<close>>>)|(?P<list>\[)|(?P<end>\])"
    rb"|/(?P<name>[^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<ref>\d{1,9}) 0 R"
    + _END
    + rb"|(?P<number>[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20}))"
    + _END
    + rb"|(?P<string>\()"
    rb"|<(?P<hex>[0-9A-Fa-f\0\t\n\f\r ]*+)>"
    rb"|(?P<word>true|false|null)" + _END + rb")"
)
_STRING_PART = re.compile(rb"[^()\\]*")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_OCTAL = re.compile(rb"[0-7]{1,3}")
_NAME_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
_WORDS = {b"true": True, b"false": False, b"null": None}
_HEAD = re.compile(rb"(\d{1,9}) 0 obj[\n ]")
_STREAM = re.compile(rb"\s{0,2}stream\r?\n")
_TAIL = re.compile(rb"\s{0,2}endobj\n(?:\n)?")
_STREAM_TAIL = re.compile(rb"\r?\n?endstream\s{0,2}endobj\n(?:\n)?")


class Name(str):
    """A name object, without its slash."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"/{self!s}"


@dataclass(frozen=True)
class Ref:
    """A reference to an object, by its number."""

    number: int


@dataclass(frozen=True)
class Parsed:
    """One object of a file: its value, its raw stream, and where it ends. ``spans`` locates each
    value of the outermost dictionary."""

    number: int
    value: Any
    end: int
    stream: bytes | None = None
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    def unfolded(self) -> bytes:
        """The decompressed contents of the stream. Raises NotStrict."""
        if self.stream is None:
            raise NotStrict("no stream")
        kind = self.value.get("Filter")
        if kind is None:
            return self.stream
        if kind != "FlateDecode" or "DecodeParms" in self.value:
            raise NotStrict("filter")
        unfolding = zlib.decompressobj()
        try:
            contents = unfolding.decompress(self.stream, LONGEST_STREAM)
        except zlib.error as error:
            raise NotStrict("stream") from error
        if unfolding.unconsumed_tail:
            raise NotStrict("stream too long")
        return contents


def read_object(pdf: bytes, at: int, work: Work) -> Parsed:
    """The object that begins at this byte. Raises NotStrict, TooMuch."""
    head = _HEAD.match(pdf, at)
    if head is None:
        raise NotStrict(f"no object at {at}")
    spans: dict[str, tuple[int, int]] = {}
    value, end = read_value(pdf, head.end(), work, spans=spans)
    number = int(head[1])
    stream = _STREAM.match(pdf, end)
    if stream is None:
        tail = _TAIL.match(pdf, end)
        if tail is None:
            raise NotStrict(f"object {number} does not end")
        return Parsed(number, value, tail.end(), None, spans)
    length = value.get("Length") if isinstance(value, dict) else None
    if type(length) is not int or length < 0 or "F" in value:
        raise NotStrict(f"length of stream {number}")
    work.take(length)
    until = stream.end() + length
    tail = _STREAM_TAIL.match(pdf, until)
    if tail is None:
        raise NotStrict(f"stream {number} does not end")
    return Parsed(number, value, tail.end(), pdf[stream.end() : until], spans)


def read_value(
    pdf: bytes,
    at: int,
    work: Work,
    *,
    depth: int = 0,
    spans: dict[str, tuple[int, int]] | None = None,
) -> tuple[Any, int]:
    """The value that begins at this byte, and where it ends. Raises NotStrict, TooMuch.

    Strings become bytes; dictionary keys lose their slash.
    """
    return _value(pdf, at, _TOKEN.match(pdf, at), work, depth, spans)


def _value(
    pdf: bytes,
    at: int,
    token: re.Match[bytes] | None,
    work: Work,
    depth: int,
    spans: dict[str, tuple[int, int]] | None = None,
) -> tuple[Any, int]:
    if token is None or depth > DEEPEST:
        raise NotStrict(f"no value at {at}")
    kind, end = token.lastgroup, token.end()
    work.take(end - at)
    text = token[kind] if kind else b""
    if kind == "dict":
        return _dictionary(pdf, end, work, depth, spans)
    if kind == "list":
        return _array(pdf, end, work, depth)
    if kind == "name":
        return _name(text), end
    if kind == "ref":
        return Ref(int(text)), end
    if kind == "number":
        return _number(text), end
    if kind == "string":
        return _string(pdf, end, work)
    if kind == "hex":
        digits = b"".join(text.split()) if not text.isalnum() else text
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()), end
    if kind == "word":
        return _WORDS[text], end
    raise NotStrict(f"no value at {at}")


def _dictionary(
    pdf: bytes, at: int, work: Work, depth: int, spans: dict[str, tuple[int, int]] | None
) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while True:
        token = _TOKEN.match(pdf, at)
        if token is None:
            raise NotStrict(f"no key at {at}")
        if token.lastgroup == "close":
            return found, token.end()
        if token.lastgroup != "name":
            raise NotStrict(f"no key at {at}")
        work.take(token.end() - at)
        key = str(_name(token["name"]))
        if key in found:
            raise NotStrict(f"{key} twice")
        begin = token.end()
        found[key], at = _value(pdf, begin, _TOKEN.match(pdf, begin), work, depth + 1)
        if spans is not None:
            spans[key] = (begin, at)


def _array(pdf: bytes, at: int, work: Work, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while True:
        token = _TOKEN.match(pdf, at)
        if token is not None and token.lastgroup == "end":
            return found, token.end()
        value, at = _value(pdf, at, token, work, depth + 1)
        found.append(value)


def _name(raw: bytes) -> Name:
    if b"#" in raw:
        raw = _NAME_CODE.sub(lambda code: bytes.fromhex(code[1].decode()), raw)
    return Name(raw.decode("latin-1"))


def _number(text: bytes) -> int | float:
    if b"." not in text:
        return int(text)
    value = float(text)
    return int(value) if value.is_integer() else value


def _string(pdf: bytes, at: int, work: Work) -> tuple[bytes, int]:
    parts: list[bytes] = []
    open_brackets = 1
    while True:
        plain = _STRING_PART.match(pdf, at)
        work.take(plain.end() - at if plain else 0)
        at = plain.end() if plain else at
        parts.append(plain[0] if plain else b"")
        special = pdf[at : at + 1]
        at += 1
        if special == b"\\":
            part, at = _escape(pdf, at)
            parts.append(part)
        elif special == b"(":
            open_brackets += 1
            parts.append(special)
        elif special == b")":
            open_brackets -= 1
            if not open_brackets:
                return b"".join(parts), at
            parts.append(special)
        else:
            raise NotStrict("a string does not end")


def _escape(pdf: bytes, at: int) -> tuple[bytes, int]:
    octal = _OCTAL.match(pdf, at)
    if octal:
        return bytes([int(octal[0], 8) & 255]), octal.end()
    letter = pdf[at : at + 1]
    if letter == b"\n":
        return b"", at + 1
    return _ESCAPED.get(letter, letter), at + 1


def text_of(value: Any) -> str:
    """A decoded text string (ISO 32000-2, 7.9.2.2); '' for anything else."""
    if not isinstance(value, bytes):
        return ""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", errors="replace")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", errors="replace")
    return value.decode("latin-1")


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, however their strings are encoded."""
    if isinstance(one, bytes) and isinstance(other, bytes):
        return one == other or text_of(one) == text_of(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
