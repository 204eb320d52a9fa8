"""Decodes a drawn or uploaded signature within limits, and encodes it again: only pixels survive.

Only PNG and JPEG are accepted, so that no other decoder is reached.
"""

from __future__ import annotations

import ctypes
import io

from PIL import Image, ImageOps, UnidentifiedImageError

from signatures.acts.ink import ink_on_nothing

MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000
# A baseline JPEG is decoded at 1/2, 1/4 or 1/8 of its size. A progressive JPEG is first held whole,
# at
# two bytes per value; so is a PNG.
MOST_PIXELS_OF_A_PROGRESSIVE_PHOTO = 25_000_000
MOST_DECODED = 100_000_000  # bytes of a PNG
# bytes per pixel by image mode, with the colour-converted copy; 4 for other modes
_BYTES_A_PIXEL = {"L": 1, "1": 2, "I;16": 2, "P": 5}
WORKED_ON = 2000  # pixels of the longest side; thin lines on a photographed sheet survive
# (width, height, colours), tried until the file is small enough. A logo is shown at 280 by 80 at
# most;
# twice that is sharp on every screen.
LOGO_SIZES = ((560, 160, 64), (420, 120, 32), (280, 80, 32), (210, 60, 16), (140, 40, 8))
LOGO_BYTES = 5_000
WIDEST, HIGHEST = 900, 300  # pixels of the stored image; a field is about 60 mm wide
# HEIC (iPhone) and related formats begin with a box "ftyp" with one of these brands.
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif", b"avif")


class ImageRefused(ValueError):
    """The image cannot be used; ``code`` is unreadable, heic, too_large or blank."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def reencode(data: bytes) -> bytes:
    """The picture as a small PNG with a transparent background, cropped to its ink.

    Raises ImageRefused.
    """
    _refuse_unopened(data)
    try:
        return _png(_ink_only(_decoded(data)))
    finally:
        _give_back()


def small_picture(data: bytes) -> tuple[bytes, tuple[int, int]]:
    """The picture with few colours as a small PNG without empty edges, and its size in pixels.

    For a logo on a page. Raises ImageRefused.
    """
    _refuse_unopened(data)
    try:
        picture = _decoded(data)
        box = picture.getchannel("A").getbbox()
        if box is None:
            raise ImageRefused("blank")
        return _light(picture.crop(box))
    finally:
        _give_back()


def _refuse_unopened(data: bytes) -> None:
    """Refuse what can be recognised without a decoder."""
    if len(data) > MOST_BYTES:
        raise ImageRefused("too_large")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise ImageRefused("heic")


def _light(picture: Image.Image) -> tuple[bytes, tuple[int, int]]:
    for width, height, colours in LOGO_SIZES:
        small = picture.copy()
        small.thumbnail((width, height))
        png = _png(small.quantize(colours, Image.Quantize.FASTOCTREE))
        if len(png) <= LOGO_BYTES:
            break
    return png, small.size


def _decoded(data: bytes) -> Image.Image:
    """The picture upright and small enough to work on; its size is checked first."""
    try:
        opened = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if opened.width * opened.height > _most_pixels(opened):  # read from the header
            raise ImageRefused("too_large")
        opened.draft("RGB", _shrunk(opened.size))  # only JPEG supports this
        opened.load()
        whole = _in_eight_bits(opened)
        del opened
        whole.thumbnail((WORKED_ON, WORKED_ON), Image.Resampling.BILINEAR)
        return ImageOps.exif_transpose(whole).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ImageRefused("too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, ImageRefused):
            raise
        raise ImageRefused("unreadable") from error


def _most_pixels(opened: Image.Image) -> int:
    if opened.format == "PNG":
        return min(MOST_PIXELS, MOST_DECODED // _BYTES_A_PIXEL.get(opened.mode, 4))
    if opened.info.get("progressive"):
        return MOST_PIXELS_OF_A_PROGRESSIVE_PHOTO
    return MOST_PIXELS


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """In a mode that can be resized; the library would truncate 16-bit values."""
    if picture.mode == "I;16":
        picture = picture.point(lambda level: level * (1 / 256))
    if picture.mode in ("L", "RGB", "RGBA"):
        return picture
    plain = picture.mode in ("1", "I;16") and "transparency" not in picture.info
    return picture.convert("L" if plain else "RGBA")


def _shrunk(size: tuple[int, int]) -> tuple[int, int]:
    longest = max(size)
    return (
        size
        if longest <= WORKED_ON
        else (size[0] * WORKED_ON // longest, size[1] * WORKED_ON // longest)
    )


def _give_back() -> None:
    """Return memory to the system (glibc keeps what threads freed)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _ink_only(picture: Image.Image) -> Image.Image:
    ink = ink_on_nothing(picture)
    if ink is None:
        raise ImageRefused("blank")
    ink.thumbnail((WIDEST, HIGHEST))
    return ink


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
