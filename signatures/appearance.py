"""What a seal looks like on the page: who, as what, when, under which reference.

The date is the act's, in Brussels time with its offset; the token comes after it is drawn.
"""

from __future__ import annotations

import io
import textwrap
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import Image
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.stamp import TextStampStyle

from signatures.acts import Act
from signatures.errors import UnprintableName
from signatures.font import font_for, unprintable
from signatures.texts import words

LEGAL_ZONE = ZoneInfo("Europe/Brussels")
POINTS = 9
LINE_CHARACTERS = 46  # about the width of a field; longer lines are wrapped, then shrunk to fit
LONGEST_ORGANISATION = 60  # characters; its whole name stands in the table around the field
_PICTURE_SHARE = 0.45  # of the field's height


def style(act: Act, height: float) -> TextStampStyle:
    """The appearance of one act in a field of ``height`` points.

    Raises UnprintableName for a character the font does not have: a seal that shows a box
    instead of a letter of somebody's name would be wrong for ever.
    """
    return _lines_style("\n".join(lines(act)), act.image_png, height)


def sheet_style(sealed_by: str) -> TextStampStyle:
    """The appearance of the service's own seal on an evidence sheet.

    A certificate of somebody else's may name its holder in letters we do not have: they read
    ``?``, because this seal closes what both parties have signed. The certificate has the name.
    """
    said = words()["appearance"]
    missing = unprintable(sealed_by)
    sealed_by = "".join("?" if each in missing else each for each in sealed_by)
    wrapped = textwrap.wrap(sealed_by, LINE_CHARACTERS)
    return _lines_style("\n".join([said["sheet_sealed"], *wrapped]), None, 0)


def _lines_style(text: str, image_png: bytes | None, height: float) -> TextStampStyle:
    if missing := unprintable(text.replace("\n", "")):
        raise UnprintableName(missing)
    picture = None
    top = 0.0
    if image_png is not None:
        picture = PdfImage(Image.open(io.BytesIO(image_png)))
        top = height * _PICTURE_SHARE
    return TextStampStyle(
        border_width=0,
        stamp_text=text.replace("%", "%%"),
        text_box_style=TextBoxStyle(
            font=GlyphAccumulatorFactory(str(font_for(text.replace("\n", "")))),
            font_size=POINTS,
            leading=POINTS + 2,
        ),
        inner_content_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, Margins(2, 2, round(top), 2)
        ),
        background=picture,
        background_opacity=1.0,
        background_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MIN,
            AxisAlignment.ALIGN_MAX,
            Margins(2, 2, 1, round(height - top)),
        ),
    )


def lines(act: Act) -> list[str]:
    """The lines of the appearance, wrapped."""
    said = words()["appearance"]["signed"]
    # A name of 180 characters would shrink every line of the field until nobody can read it.
    organisation = textwrap.shorten(act.organisation, LONGEST_ORGANISATION, placeholder=" …")
    paragraphs = [
        act.person_name,
        f"{act.function}, {organisation}" if act.function else organisation,
        f"{said} · {shown_moment(act.signed_at)}",
        act.reference,
    ]
    wrapped = [textwrap.wrap(each, LINE_CHARACTERS, break_long_words=True) for each in paragraphs]
    return [line for each in wrapped for line in each]


def shown_moment(instant: datetime) -> str:
    """``2 maart 2026, 14:05 (+01:00)`` in Brussels time."""
    local = instant.astimezone(LEGAL_ZONE)
    catalogue = words()["appearance"]
    offset = local.strftime("%z")
    return str(
        catalogue["when"].format(
            day=local.day,
            month=catalogue["months"][local.month - 1],
            year=local.year,
            clock=f"{local:%H:%M}",
            offset=f"{offset[:3]}:{offset[3:]}",
        )
    )
