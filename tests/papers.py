"""Files as people have them of agreements that were signed elsewhere."""

from __future__ import annotations

import io

import pikepdf
from PIL import Image, ImageDraw


def pdf(*, pages: int = 2, password: str = "", script: bool = False) -> bytes:
    """A PDF of another program."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        made.Root.OpenAction = action
    out = io.BytesIO()
    encryption = pikepdf.Encryption(owner=password, user=password) if password else False
    made.save(out, encryption=encryption)
    return out.getvalue()


def scan(
    kind: str, *, pages: int = 1, size: tuple[int, int] = (620, 877), mode: str = "L"
) -> bytes:
    """A scan: JPEG, PNG or TIFF."""
    made = []
    for number in range(pages):
        page = Image.new(mode, size, 1 if mode == "1" else "white")
        ImageDraw.Draw(page).text((50, 50), f"Bladzijde {number + 1}", fill=0)
        made.append(page)
    out = io.BytesIO()
    more = {"save_all": True, "append_images": made[1:]} if kind == "TIFF" else {}
    made[0].save(out, kind, **more)
    return out.getvalue()
