"""The processor's logo: any picture becomes a small one of ours, and strangers can only view it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from app_browser import Browser
from office import rows
from PIL import Image, ImageDraw, PngImagePlugin

from service.deps import Deps


def file_of(picture: Image.Image, form: str = "PNG") -> bytes:
    """A file as from a camera or a designer, with hidden text in it."""
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Comment", "geheim")
    more = {"pnginfo": info} if form == "PNG" else {"comment": b"geheim"}
    picture.save(out, form, **more)
    return out.getvalue() + b"geheim"


def drawn() -> Image.Image:
    """A mark on a transparent ground, with space around it."""
    picture = Image.new("RGBA", (1600, 900))
    ImageDraw.Draw(picture).rounded_rectangle((400, 300, 1199, 499), 60, "#0b6e4f")
    return picture


def chosen(office: Browser, data: bytes) -> None:
    office.get("/profiel/logo")
    office.post("/profiel/logo", {"logo": (io.BytesIO(data), "logo.png")})


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda: file_of(drawn()), (560, 140)),
        (lambda: file_of(Image.effect_noise((3000, 2000), 90).convert("RGB"), "JPEG"), None),
    ],
    ids=["drawn", "photographed"],
)
def test_any_picture_becomes_a_small_one_of_ours(
    office: Browser,
    deps: Deps,
    make: Callable[[], bytes],
    size: tuple[int, int] | None,
) -> None:
    data = make()
    chosen(office, data)
    assert "Ondertekenaars zien het vanaf nu." in office.page
    (address,) = re.findall(r'src="(/logo/[0-9a-f]{64}\.png)"', office.page)
    answer = office.client.get(address)
    assert answer.headers["Content-Type"] == "image/png"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert b"geheim" not in answer.data
    assert len(answer.data) <= 5_000
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert size in (None, shown.size)
        if size:  # no edges, and its colour
            kept = shown.convert("RGBA").getpixel((280, 70))
            assert isinstance(kept, tuple)
            wanted = (11, 110, 79, 255)
            assert all(abs(one - other) < 4 for one, other in zip(kept, wanted, strict=True))
    (entry,) = rows(deps, "select data from audit_entries where event = 'profile.logo_changed'")
    assert entry.data["sha256"] in address
    assert len(rows(deps, "select * from messages")) == 1
    chosen(office, data)  # the same logo again makes no log entry
    assert len(rows(deps, "select * from logos")) == 1
    office.post("/profiel/logo", {"remove": "yes"})
    assert "/logo/" not in re.sub(r'action="[^"]*"', "", office.page)
    assert len(rows(deps, "select * from logos")) == 2
    assert office.client.get("/logo/.png").status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Kies een bestand met uw logo."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Deze afbeelding kunnen wij niet lezen."),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 5_000_000, "hoogstens 5 MB"),
        (file_of(Image.new("RGBA", (40, 40))), "Deze afbeelding kunnen wij niet lezen."),
    ],
    ids=["nothing", "svg", "large", "empty"],
)
def test_what_is_no_logo_is_told_at_its_place(
    office: Browser, deps: Deps, data: bytes, said: str
) -> None:
    chosen(office, data)
    assert office.status == 422
    assert said in office.page
    assert 'id="e-logo"' in office.page
    assert rows(deps, "select * from logos") == []
