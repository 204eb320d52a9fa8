"""Our own sRGB profile (ICC.1:2010) for a sheet, with only numbers of IEC 61966-2-1. Its date is
fixed, so that equal sheets have equal bytes."""

from __future__ import annotations

import struct

COMPONENTS = 3
_FRACTION = 1 << 16
_D50 = (0.9642, 1.0, 0.8249)
_RED, _GREEN, _BLUE = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.71410),
)
_FROM_D65 = (
    *(1.04788, 0.02292, -0.05022),
    *(0.02959, 0.99048, -0.01707),
    *(-0.00925, 0.01508, 0.75168),
)
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_HEAD_BYTES, _ENTRY_BYTES = 128, 12
_MADE = (2026, 1, 1, 0, 0, 0)
_VERSION = 0x04300000


def srgb() -> bytes:
    curve = b"para" + struct.pack(">IHH", 0, 3, 0) + _fixed(*_CURVE)
    tags = {
        b"desc": _words("sRGB"),
        b"cprt": _words("No copyright, use freely"),
        b"wtpt": _place(_D50),
        b"chad": b"sf32" + bytes(4) + _fixed(*_FROM_D65),
        b"rXYZ": _place(_RED),
        b"gXYZ": _place(_GREEN),
        b"bXYZ": _place(_BLUE),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    at = _HEAD_BYTES + 4 + _ENTRY_BYTES * len(tags)
    index, data = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        index += name + struct.pack(">II", at + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    return _head(at + len(data)) + index + data


def _head(size: int) -> bytes:
    head = struct.pack(">I4xI", size, _VERSION) + b"mntrRGB XYZ "
    head += struct.pack(">6H", *_MADE) + b"acsp" + bytes(28) + _fixed(*_D50)
    return head.ljust(_HEAD_BYTES, b"\0")


def _words(said: str) -> bytes:
    encoded = said.encode("utf-16-be")
    return (
        b"mluc"
        + struct.pack(">III", 0, 1, 12)
        + b"enUS"
        + struct.pack(">II", len(encoded), 28)
        + encoded
    )


def _place(colour: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*colour)


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * _FRACTION) for value in values))
