"""QR codes (ISO/IEC 18004) of addresses: black on white, with the standard's quiet zone of four
modules and correction for 15 % damage."""

from __future__ import annotations

import io

import segno

QUIET, PIXELS = 4, 10  # modules; pixels a module


def svg(address: str) -> bytes:
    """To print at any size."""
    out = io.BytesIO()
    _made(address).save(
        out, kind="svg", border=QUIET, scale=PIXELS, dark="#000", light="#fff", xmldecl=False
    )
    return out.getvalue()


def png(address: str) -> bytes:
    """For programs that take no SVG."""
    out = io.BytesIO()
    _made(address).save(out, kind="png", border=QUIET, scale=PIXELS, dark="#000", light="#fff")
    return out.getvalue()


def _made(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m", boost_error=False)
