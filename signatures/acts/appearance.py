"""What a seal shows on the page: the signature, who signed, as what and when.

The date is that of the act in Brussels time; a field that reaches over the row *Datum* repeats it
there.
"""

from __future__ import annotations

import textwrap
from datetime import date, datetime

from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.stamp import TextStampStyle

from signatures.acts.act import Act
from signatures.acts.drawing import ActStyle
from signatures.acts.embedded_font import Fonts
from signatures.acts.font import NO_BREAK, font_for, unprintable
from signatures.acts.prepare_fields import Room
from signatures.effective_date import BRUSSELS
from signatures.errors import UnprintableName
from signatures.texts import words

SHEET_POINTS = 9
SHEET_CHARACTERS = 46  # about the width of its field
LONGEST_ORGANISATION = 60  # characters; the whole name is on page 1


def style(act: Act, room: Room) -> ActStyle:
    """The appearance of one act in its field.

    Raises UnprintableName for a character that the fonts lack: a seal is permanent.
    """
    said, date = lines(act), shown_date(act.signed_at)
    if missing := unprintable("".join(said).replace(NO_BREAK, "") + (act.typed_text or "")):
        raise UnprintableName(missing)
    return ActStyle(act=act, room=room, said=tuple(said), date=date)


def sheet_style(sealed_by: str) -> TextStampStyle:
    """The appearance of the service's own seal on an evidence sheet.

    Letters of a third-party certificate's holder that the fonts lack become ``?``: the certificate
    has the name, and the seal must not fail.
    """
    said = words()["appearance"]
    missing = unprintable(sealed_by)
    sealed_by = "".join("?" if each in missing else each for each in sealed_by)
    named = textwrap.wrap(sealed_by, SHEET_CHARACTERS, break_on_hyphens=False)
    text = "\n".join([said["sheet_sealed"], *named])
    return TextStampStyle(
        border_width=0,
        stamp_text=text.replace("%", "%%"),
        text_box_style=TextBoxStyle(
            font=Fonts(font_for(text.replace("\n", ""))),
            font_size=SHEET_POINTS,
            leading=SHEET_POINTS + 2,
        ),
        inner_content_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, Margins(2, 2, 0, 2)
        ),
    )


def lines(act: Act) -> list[str]:
    """The words of the appearance: name, capacity and moment."""
    # A name of 180 characters would leave no room for the signature itself.
    organisation = textwrap.shorten(act.organisation, LONGEST_ORGANISATION, placeholder=" …")
    return [
        act.person_name,
        f"{act.function}, {organisation}" if act.function else organisation,
        shown_moment(act.signed_at, act.mandate_of),
    ]


def shown_moment(instant: datetime, mandate_of: date | None = None) -> str:
    """``elektronisch ondertekend op 2 maart 2026 om 14:05 (Brussel)``, unambiguous also when summer
    time ends. Under a mandate it says that the service signed, and the mandate's date."""
    local = instant.astimezone(BRUSSELS)
    catalogue = words()["appearance"]
    twice = local.dst() != local.replace(fold=1 - local.fold).dst()
    zone = catalogue["zone_twice"][local.fold] if twice else catalogue["zone"]
    said = {**_day(local), "clock": f"{local:%H:%M}", "zone": zone}
    if mandate_of is None:
        return str(catalogue["signed_on"].format(**said))
    named = {f"mandate_{name}": each for name, each in _day(mandate_of).items()}
    return str(catalogue["placed_on"].format(**said, **named))


def shown_date(instant: datetime) -> str:
    """``2 maart 2026``: the day in Brussels."""
    return str(words()["appearance"]["date"].format(**_day(instant.astimezone(BRUSSELS))))


def _day(local: date) -> dict[str, object]:
    months = words()["appearance"]["months"]
    return {"day": local.day, "month": months[local.month - 1], "year": local.year}
