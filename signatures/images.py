"""A signature image as a person drew or chose it, decoded within bounds and encoded anew.

Nothing of the file that came in survives but its pixels: no metadata, no second image, no trailing
bytes. Formats are limited to PNG and JPEG, so that no other decoder is ever reached.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

MOST_BYTES = 2_000_000
MOST_PIXELS = 12_000_000
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
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
            if opened.width * opened.height > MOST_PIXELS:  # read from the header, before decoding
                raise ImageRefused("too_large")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ImageRefused("too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, ImageRefused):
            raise
        raise ImageRefused("unreadable") from error
    return _png(_ink_only(picture))


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
