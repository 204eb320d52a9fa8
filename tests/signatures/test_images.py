"""Pictures of signatures as people make them: on paper, in any light, on dark, on transparent."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from signatures.acts.images import ImageRefused, reencode
from tests.variants import some

ROOT = Path(__file__).parents[2]
SIZE = (1200, 900)
STROKES = [(300, 500), (450, 300), (600, 560), (750, 320), (900, 500)]
AROUND_STROKES = (300, 300, 900, 560)


def sheet(paper: str = "white", ink: str = "#14206e", size: tuple[int, int] = SIZE) -> Image.Image:
    picture = Image.new("RGB", size, paper)
    ImageDraw.Draw(picture).line(STROKES, ink, width=6, joint="curve")
    return picture


def photographed(picture: Image.Image, darkest: int, brightest: int) -> Image.Image:
    """Lit from below, with the noise of a phone's camera."""
    levels = [darkest + (brightest - darkest) * level // 255 for level in range(256)]
    light = Image.linear_gradient("L").resize(picture.size).point(levels).convert("RGB")
    noise = Image.effect_noise(picture.size, 16).convert("RGB")
    return ImageChops.add(ImageChops.multiply(picture, light), noise, 1, -128)


def on_a_table(picture: Image.Image) -> Image.Image:
    table = Image.new("RGB", SIZE, "#46301f")
    table.paste(picture.crop((200, 150, 1000, 700)), (200, 150))
    ImageDraw.Draw(table).polygon([(200, 150), (420, 150), (200, 420)], "#46301f")  # laid askew
    return table


def ruled(picture: Image.Image) -> Image.Image:
    for y in range(40, 900, 60):
        ImageDraw.Draw(picture).line([(0, y), (1200, y)], "#aabedc", width=2)
    return picture


def file_of(picture: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    picture.save(out, form, compress_level=1)
    return out.getvalue()


def sealed(data: bytes) -> Image.Image:
    """The sealed picture on a white page."""
    with Image.open(io.BytesIO(reencode(data))) as kept:
        page = Image.new("RGBA", kept.size, "white")
        page.alpha_composite(kept.convert("RGBA"))
    return page.convert("L")


def is_ink_alone(page: Image.Image, box: tuple[int, int, int, int] = AROUND_STROKES) -> bool:
    """Whether it shows only the strokes: cropped to them, few and dark, on white."""
    shape = (box[2] - box[0]) / (box[3] - box[1])
    levels = page.histogram()
    white = sum(levels[250:]) / sum(levels)
    dark = sum(levels[:140]) / sum(levels)
    return abs(page.width / page.height - shape) < 0.1 * shape and white > 0.85 and dark > 0.01


@pytest.mark.parametrize(
    "photo",
    some(
        [
            lambda: photographed(sheet(), 90, 230),
            lambda: photographed(sheet(), 60, 120),
            lambda: photographed(sheet("#f2dfae"), 150, 250),
            lambda: photographed(on_a_table(sheet()), 150, 250),
            lambda: photographed(sheet(ink="#8c8c8c"), 190, 240),
            lambda: photographed(ruled(sheet()), 140, 230),
            lambda: photographed(sheet("#202020", "#e8e8e8"), 200, 255),
        ]
    ),
    ids=["grey", "dim", "yellow", "table", "pencil", "ruled", "chalk"],
)
def test_of_a_photographed_sheet_the_ink_is_kept_alone(photo: Callable[[], Image.Image]) -> None:
    assert is_ink_alone(sealed(file_of(photo(), "JPEG")))


def test_of_a_photo_on_a_screen_the_bars_are_no_ink() -> None:
    screen = Image.new("RGB", (1200, 2500), "black")
    ImageDraw.Draw(screen).text((60, 40), "11:43", "white", font_size=50)
    for photo in (sheet(), photographed(sheet(), 90, 230)):
        screen.paste(photo, (0, 800))
        assert is_ink_alone(sealed(file_of(screen)))


def test_light_ink_on_dark_or_on_nothing_becomes_dark() -> None:
    assert is_ink_alone(sealed(file_of(sheet("#121212", "white"))))
    nothing = Image.new("RGBA", SIZE)
    ImageDraw.Draw(nothing).line(STROKES, "white", width=6, joint="curve")
    assert is_ink_alone(sealed(file_of(nothing)))


def test_dark_ink_keeps_its_colour() -> None:
    with Image.open(io.BytesIO(reencode(file_of(sheet())))) as kept:
        assert (0x14, 0x20, 0x6E, 255) in {colour for _, colour in kept.getcolors(100_000) or ()}


def test_sixteen_bits_become_eight() -> None:
    rows = [(50_000).to_bytes(2, "little") * 300] * 40 + [(4_000).to_bytes(2, "little") * 300] * 9
    wide = Image.frombytes("I;16", (300, 89), b"".join(rows + rows[:40]))
    assert sealed(file_of(wide)).getextrema() == (15, 15)


def test_the_dot_is_kept_and_the_stain_is_not() -> None:
    picture = sheet()
    ImageDraw.Draw(picture).ellipse((595, 270, 605, 280), "#14206e")
    ImageDraw.Draw(picture).ellipse((1150, 850, 1156, 856), "#14206e")
    assert is_ink_alone(sealed(file_of(picture)), (300, 270, 900, 560))


@pytest.mark.parametrize(
    "photo",
    [
        lambda: photographed(Image.new("RGB", SIZE, "white"), 90, 220),
        lambda: photographed(Image.new("RGB", SIZE, "black"), 90, 220),
        lambda: photographed(
            Image.effect_noise((300, 225), 80).resize(SIZE).convert("RGB"), 200, 250
        ),
    ],
    ids=["empty", "dark", "carpet"],
)
def test_where_no_signature_is_none_is_found(photo: Callable[[], Image.Image]) -> None:
    with pytest.raises(ImageRefused) as refused:
        reencode(file_of(photo(), "JPEG"))
    assert refused.value.code == "blank"


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_what_an_iphone_keeps_for_itself_has_its_own_refusal(brand: bytes) -> None:
    with pytest.raises(ImageRefused) as refused:
        reencode(b"\0\0\0\x24ftyp" + brand + b"\0" * 100)
    assert refused.value.code == "heic"


@pytest.mark.parametrize(
    ("mode", "size", "form"),
    some(
        [("RGB", (8160, 6120), "JPEG"), ("P", (5000, 4000), "PNG"), ("RGBA", (6000, 4000), "PNG")]
    ),
)
def test_the_largest_pictures_fit_and_give_their_memory_back(
    mode: str, size: tuple[int, int], form: str
) -> None:
    """Within 300 MB of address space, a third of which the program itself takes."""
    program = (
        "import io, resource, sys\n"
        "from PIL import Image\n"
        "from signatures.acts.images import reencode\n"
        "resource.setrlimit(resource.RLIMIT_AS, (300 << 20,) * 2)\n"
        "held = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "before = held()\n"
        "reencode(sys.stdin.buffer.read())\n"
        "assert held() - before < 30 << 20\n"
    )
    picture = Image.new(mode, size, 0 if mode == "P" else "white")
    if mode == "P":
        picture.putpalette([255, 255, 255, 0, 0, 0])
    picture.paste(1 if mode == "P" else "black", (1000, 1000, 3000, 1100))
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, input=file_of(picture, form), check=True, env={}
    )
