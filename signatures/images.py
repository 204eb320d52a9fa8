"""A signature image as a person drew or chose it, decoded within bounds and encoded anew.

Nothing of the file that came in survives but its pixels: no metadata, no second image, no trailing
bytes. Formats are limited to PNG and JPEG, so that no other decoder is ever reached.
"""

from __future__ import annotations

import ctypes
import io

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

MOST_BYTES = 15_000_000
MOST_PIXELS = 12_000_000  # decoded whole
# A JPEG is decoded at a half, a quarter or an eighth of its size, line by line; a progressive one
# has to be held whole before, at two bytes for each value.
MOST_PIXELS_OF_A_PHOTO, MOST_PIXELS_OF_A_PROGRESSIVE_PHOTO = 50_000_000, 25_000_000
WORKED_ON = 2000  # pixels of the longest side; a signature on a photographed sheet keeps its lines
WIDEST, HIGHEST = 900, 300  # pixels of the stored image; a field is about 60 mm wide
_INK = 24  # how far from white a pixel must be to count as ink (0-255)


class ImageRefused(ValueError):
    """The image cannot be used; ``code`` is unreadable, too_large or blank."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def reencode(data: bytes) -> bytes:
    """The picture as a small PNG with a transparent background, cropped to its ink.

    Raises ImageRefused.
    """
    if len(data) > MOST_BYTES:
        raise ImageRefused("too_large")
    try:
        return _png(_ink_only(_decoded(data)))
    finally:
        _give_back()


def _decoded(data: bytes) -> Image.Image:
    """The picture upright, small enough to work on. Its size is judged before it is decoded."""
    try:
        opened = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if opened.width * opened.height > _most_pixels(opened):  # read from the header
            raise ImageRefused("too_large")
        opened.draft("RGB", _shrunk(opened.size))  # does something for JPEG alone
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        del opened
        whole = upright if upright.mode in ("L", "RGB", "RGBA") else upright.convert("RGBA")
        del upright
        return whole.reduce(max(1, max(whole.size) // WORKED_ON)).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ImageRefused("too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, ImageRefused):
            raise
        raise ImageRefused("unreadable") from error


def _most_pixels(opened: Image.Image) -> int:
    if opened.format == "PNG":
        return MOST_PIXELS
    if opened.info.get("progressive"):
        return MOST_PIXELS_OF_A_PROGRESSIVE_PHOTO
    return MOST_PIXELS_OF_A_PHOTO


def _shrunk(size: tuple[int, int]) -> tuple[int, int]:
    longest = max(size)
    return (
        size
        if longest <= WORKED_ON
        else (size[0] * WORKED_ON // longest, size[1] * WORKED_ON // longest)
    )


def _give_back() -> None:
    """Let the system have the memory again (glibc keeps what threads freed)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _ink_only(picture: Image.Image) -> Image.Image:
    """Paper becomes transparent, ink keeps its colour; cropped to the ink."""
    white = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(white, picture).convert("RGB")
    distance = ImageChops.difference(flat, Image.new("RGB", flat.size, "white")).convert("L")
    mask = distance.point([0 if level < _INK else min(255, level * 2) for level in range(256)])
    box = mask.getbbox()
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) < 16:
        raise ImageRefused("blank")
    ink = flat.convert("RGBA")
    ink.putalpha(mask)
    ink = ink.crop(box)
    ink.thumbnail((WIDEST, HIGHEST))
    return ink


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
