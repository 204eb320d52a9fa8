"""The processor's colour and logo above a sheet's first page: artifacts in the margin (ISO 14289-1,
7.1), the logo opaque on white and in the colours of the file's profile (ISO 19005-3, 6.2.4)."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from service.agreement.colours import ZEGEL
from service.documents.sheet.objects import PdfFile, stream
from service.documents.sheet.styles import LEFT, MM, TOP, WIDTH

NAME = "Logo"
"""The name of the image on the page."""

HIGHEST, WIDEST = 11 * MM, 60 * MM
LINE, ABOVE_TEXT = 1.5, 4 * MM
GAP = 2.5 * MM


@dataclass(frozen=True)
class Letterhead:
    """``colour`` is ``#rrggbb``, ``logo`` a PNG of ours or empty."""

    colour: str
    logo: bytes = b""


def letterhead(colour: str, logo: bytes) -> Letterhead | None:
    """Of the colour and logo, each perhaps empty; None without both."""
    return Letterhead(colour or ZEGEL, logo) if colour or logo else None


@dataclass(frozen=True)
class Picture:
    """An image in the file; its size in pixels."""

    number: int
    width: int
    height: int


def picture(file: PdfFile, head: Letterhead) -> Picture | None:
    """Write the logo into the file. None without one, or if it is unreadable: the sheet comes
    first."""
    if not head.logo:
        return None
    try:
        with Image.open(io.BytesIO(head.logo), formats=("PNG",)) as opened:
            coloured = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError):
        return None
    ground = Image.new("RGBA", coloured.size, "#ffffff")
    flat = Image.alpha_composite(ground, coloured).convert("RGB")
    entries = (
        f"/Type/XObject/Subtype/Image/Width {flat.width}/Height {flat.height}/BitsPerComponent 8"
        "/ColorSpace/DeviceRGB"
    )
    return Picture(file.add(stream(flat.tobytes(), entries)), flat.width, flat.height)


def drawing(head: Letterhead, logo: Picture | None) -> str:
    """A line in the colour above the text, and the logo on it."""
    red, green, blue = (int(head.colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    y = TOP + ABOVE_TEXT
    said = f"{red:.3f} {green:.3f} {blue:.3f} rg {LEFT:.2f} {y:.2f} {WIDTH:.2f} {LINE} re f"
    if logo:
        scale = min(HIGHEST / logo.height, WIDEST / logo.width)
        width, height = logo.width * scale, logo.height * scale
        said += f"\n{width:.2f} 0 0 {height:.2f} {LEFT:.2f} {y + LINE + GAP:.2f} cm /{NAME} Do"
    return f"/Artifact BMC\nq\n{said}\nQ\nEMC"
