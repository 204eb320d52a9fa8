"""Separates the ink of a signature from its background.

Photographed paper is unevenly lit and noisy, so ink is what differs from the paper around it by
more than the paper varies. Light strokes on dark paper become dark, for a white contract.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

_LEAST_CONTRAST = 24  # levels (0-255) between ink and paper
_NOISE = 5.0  # ink must differ by this many times the paper's own variation
_CELLS = 256  # the paper's brightness is estimated in this many cells along the longest side
_STROKE = 20  # cells; anything wider than a stroke can be is a table, a shadow or a thumb
_BLUR = 1.5  # pixels, for finding ink in a noisy picture
_NOT_BLACK = [0] * 40 + [255] * 216  # for the mean of a row, which may include a clock
_MAP = 160  # cells along the longest side of the map that tells strokes from stains
_MOST_INK = 0.4  # share of the picture; with more ink than this it is no signature


def ink_on_nothing(picture: Image.Image) -> Image.Image | None:
    """The ink of an RGBA picture on a transparent ground, cropped to it, or None.

    >>> sheet = Image.new("RGBA", (60, 30), "white")
    >>> sheet.paste("navy", (10, 10, 40, 14))
    >>> ink_on_nothing(sheet).size
    (30, 4)
    """
    flat = _without_bars(_flat(picture))
    grey = flat.convert("L")
    smooth = grey.filter(ImageFilter.GaussianBlur(_BLUR)) if _noise(grey) > 2 else grey
    dark = ImageChops.subtract(_paper(smooth, around_dark=True), smooth)
    stands_out, is_light = dark, False
    if ImageStat.Stat(grey).median[0] < 128:
        light = ImageChops.subtract(smooth, _paper(smooth, around_dark=False))
        if _strength(light) > _strength(dark):
            stands_out, is_light = light, True
    strength = _strength(stands_out)
    least = max(_LEAST_CONTRAST, ImageStat.Stat(stands_out).median[0] * _NOISE)
    if strength < least:
        return None
    # The edge of a stroke fades from the paper to the ink.
    low = max(least / 2, strength * 0.3)
    high = max(low + 1, strength * 0.6)
    mask = stands_out.point([_faded(level, low, high) for level in range(256)])
    if ImageStat.Stat(mask).mean[0] > 255 * _MOST_INK:
        return None
    box = _strokes(mask)
    if box is None:
        return None
    ink = (ImageOps.invert(grey) if is_light else flat).convert("RGBA")
    ink.putalpha(mask)
    return ink.crop(box)


def _flat(picture: Image.Image) -> Image.Image:
    """The picture with a background that shows the ink."""
    alpha = picture.getchannel("A")
    opaque = ImageStat.Stat(alpha).mean[0] / 255
    ground = "white"
    if 0 < opaque < 0.5:
        seen = ImageStat.Stat(picture.convert("L"), alpha.point(lambda level: level > 127 and 255))
        if seen.count[0] and seen.mean[0] > 160:
            ground = "black"
    under = Image.new("RGBA", picture.size, ground)
    return Image.alpha_composite(under, picture).convert("RGB")


def _without_bars(flat: Image.Image) -> Image.Image:
    """Without a phone screen's black bars around a light photograph."""
    grey = flat.convert("L")
    width, height = flat.size
    across = grey.resize((width, 1), Image.Resampling.BOX).point(_NOT_BLACK).getbbox()
    down = grey.resize((1, height), Image.Resampling.BOX).point(_NOT_BLACK).getbbox()
    if across is None or down is None:
        return flat
    inside = (across[0], down[1], across[2], down[3])
    is_paper = ImageStat.Stat(grey.crop(inside)).median[0] > 100
    return flat.crop(inside) if is_paper else flat  # else light ink on a dark screen


def _noise(grey: Image.Image) -> float:
    """How much neighbouring pixels differ where it is mostly paper."""
    return ImageStat.Stat(ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))).median[0]


def _paper(grey: Image.Image, *, around_dark: bool) -> Image.Image:
    """The paper's estimated brightness at each place, without the strokes."""
    levels = grey.histogram()
    common = max(range(256), key=levels.__getitem__)
    if sum(levels[max(0, common - 2) : common + 3]) > 0.6 * sum(levels):
        return Image.new("L", grey.size, common)
    lighter, darker = ImageFilter.MaxFilter(5), ImageFilter.MinFilter(5)
    over, back = (lighter, darker) if around_dark else (darker, lighter)
    cells = grey.resize(_within(grey.size, _CELLS), Image.Resampling.BOX)
    for step in [over] * (_STROKE // 4) + [back] * (_STROKE // 4):
        cells = cells.filter(step)
    # A cell on a table's edge is half table; do not take that edge for a stroke.
    unsure = ImageFilter.MinFilter(3) if around_dark else ImageFilter.MaxFilter(3)
    return cells.filter(unsure).resize(grey.size, Image.Resampling.BILINEAR)


def _strength(difference: Image.Image) -> float:
    """The contrast of the strongest ink: a short stroke of a thin pen is enough."""
    levels = difference.histogram()
    left = max(16, sum(levels) // 2000)
    for level in range(255, 0, -1):
        left -= levels[level]
        if left <= 0:
            return level
    return 0


def _faded(level: int, low: float, high: float) -> int:
    return round(255 * min(1.0, max(0.0, (level - low) / (high - low))))


def _within(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


@dataclass
class _Part:
    """A group of adjacent cells of the map."""

    cells: list[tuple[int, int]]
    ink: int

    def box(self) -> tuple[int, int, int, int]:
        across, down = [x for x, _ in self.cells], [y for _, y in self.cells]
        return min(across), min(down), max(across) + 1, max(down) + 1


def _strokes(mask: Image.Image) -> tuple[int, int, int, int] | None:
    """The box of the signature in ``mask``, after erasing stains and the table."""
    size = _within(mask.size, _MAP)
    map_ = mask.resize(size, Image.Resampling.BOX)
    parts = [part for part in _parts(map_) if not _along_the_edge(part, size)]
    if not parts:
        return None
    most = max(part.ink for part in parts)
    kept = [part for part in parts if part.ink * 20 >= most]
    box = _around(kept)
    # The dot of an i is small and near; a stain is small and far.
    reach = max(box[2] - box[0], box[3] - box[1]) // 8 + 1
    near = (box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach)
    kept += [p for p in parts if p.ink * 20 < most and _inside(p.box(), near)]
    keep = Image.new("L", size)
    for part in kept:
        for cell in part.cells:
            keep.putpixel(cell, 255)
    wide = keep.filter(ImageFilter.MaxFilter(3)).resize(mask.size, Image.Resampling.NEAREST)
    mask.paste(0, mask=ImageOps.invert(wide))
    found = mask.getbbox()
    if found is None or (found[2] - found[0]) * (found[3] - found[1]) < 16:
        return None
    return found


def _parts(map_: Image.Image) -> list[_Part]:
    width, height = map_.size
    pixels = map_.tobytes()
    left = {at for at, level in enumerate(pixels) if level > 5}
    parts = []
    while left:
        waiting = [left.pop()]
        cells, ink = [], 0
        while waiting:
            at = waiting.pop()
            x, y = at % width, at // width
            cells.append((x, y))
            ink += pixels[at]
            for beside in range(max(0, x - 1), min(width, x + 2)):
                for row in range(max(0, y - 1), min(height, y + 2)):
                    if (next_ := row * width + beside) in left:
                        left.remove(next_)
                        waiting.append(next_)
        parts.append(_Part(cells, ink))
    return parts


def _along_the_edge(part: _Part, size: tuple[int, int]) -> bool:
    """Whether the part lies along a side of the picture, as a table or thumb."""
    width, height = size
    across = [x for x, _ in part.cells], width - 1, height
    down = [y for _, y in part.cells], height - 1, width
    return (
        any(
            places.count(side) * 3 > length
            for places, last, length in (across, down)
            for side in (0, last)
        )
        and min(size) > 8
    )


def _around(parts: list[_Part]) -> tuple[int, int, int, int]:
    boxes = [part.box() for part in parts]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _inside(box: tuple[int, int, int, int], around: tuple[int, int, int, int]) -> bool:
    return (
        box[0] >= around[0] and box[1] >= around[1] and box[2] <= around[2] and box[3] <= around[3]
    )
