"""Looks at a file said to be a signed agreement, only in the sandboxed process (``examine``).

A PDF is searched for active content and kept as it is; the pixels of pictures become a PDF.
"""

from __future__ import annotations

import base64
import io
from typing import Any

MOST_PAGES = 200
MOST_PIXELS = 60_000_000  # of one page
LONGEST_SIDE = 3600  # pixels; an A4 page at 300 dots per inch has 3508
QUALITY = 85
DOTS_PER_INCH = 300.0
PDF, IMAGE = "application/pdf", "image"
_ACTS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Movie", "/Sound", "/Rendition")


def looked(data: bytes, media_type: str) -> dict[str, Any]:
    """JSON values: ``pages`` and, for pictures, the ``pdf`` in base64; or ``refused``:
    ``unreadable``, ``locked``, ``active``, ``pages`` or ``pixels``."""
    try:
        return _pdf(data) if media_type == PDF else _pictures(data)
    except _Refused as why:
        return {"refused": str(why)}
    except Exception:  # whatever a decoder makes of it, it is no file to keep
        return {"refused": "unreadable"}


class _Refused(Exception):
    pass


def _pdf(data: bytes) -> dict[str, Any]:
    # Loaded by the process that is limited.
    import pikepdf  # noqa: PLC0415

    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as locked:
        raise _Refused("locked") from locked
    with pdf:
        if pdf.is_encrypted:
            raise _Refused("locked")
        pages = len(pdf.pages)
        if not 0 < pages <= MOST_PAGES:
            raise _Refused("pages")
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary | pikepdf.Stream) and _is_active(each):
                raise _Refused("active")
    return {"pages": pages}


def _is_active(thing: Any) -> bool:
    if "/JS" in thing or "/RichMediaContent" in thing or "/XFA" in thing:
        return True
    return any(
        action.get("/S") in _ACTS
        for action in (thing, thing.get("/A"), thing.get("/OpenAction"))
        if hasattr(action, "get") and "/S" in action
    )


def _pictures(data: bytes) -> dict[str, Any]:
    # Loaded by the process that is limited.
    from PIL import Image, ImageOps, ImageSequence  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF")) as picture:
        if getattr(picture, "n_frames", 1) > MOST_PAGES:
            raise _Refused("pages")
        pages = []
        for frame in ImageSequence.Iterator(picture):
            if frame.width * frame.height > MOST_PIXELS:
                raise _Refused("pixels")
            page = ImageOps.exif_transpose(frame)
            if page.has_transparency_data:  # transparent is paper
                seen = page.convert("RGBA")
                page = Image.new("RGB", seen.size, "white")
                page.paste(seen, mask=seen)
            page = page.convert("L" if page.mode in ("1", "L", "I;16") else "RGB")
            page.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            pages.append(page)
    made = io.BytesIO()
    pages[0].save(
        made,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=DOTS_PER_INCH,
        quality=QUALITY,
    )
    return {"pages": len(pages), "pdf": base64.b64encode(made.getvalue()).decode()}
