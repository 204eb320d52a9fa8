"""Draws the appearance of an act, aligned left: the date in its own row of the table if the field
reaches over it, the signature as large as possible, and the words."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStampStyle

from signatures.acts.act import Act
from signatures.acts.embedded_font import UNITS, EmbeddedFont
from signatures.acts.font import NO_BREAK, OTHER, drawn_in, face_font, font_for
from signatures.acts.prepare_fields import DATE_POINTS, Room

# (size of the words, line height) in points; the first pair that leaves the signature WISHED is
# used.
SIZES = ((8.0, 9.6), (7.5, 9.0), (7.0, 8.2), (6.5, 7.2))
WISHED, LEAST = 38.0, 34.1  # points: 13 mm, and the 12 mm that the signature must have
GAP = 2.5  # between the signature and the words
LARGEST_LETTERS = 40.0  # points; otherwise a name of three letters would fill the field
LARGEST_PLAIN_LETTERS = 22.0  # for a name with a letter that no signature face has
BASELINE = 0.25  # times the size, above the foot of a line
WORTH_A_LINE = 1.3  # a further line is used if it makes a typed signature this much larger
MOST_LINES = 3  # of a typed signature
INK = b"0.071 0.137 0.247 rg"  # the colour of the pen on the signing page
TEXT = b"0.102 0.122 0.169 rg"  # the colour of the agreement's text
Measure = Callable[[str], float]


@dataclass(frozen=True, kw_only=True)
class ActStyle(BaseStampStyle):
    """What is drawn for an act: the words ``said``, and its day."""

    act: Act
    room: Room
    said: tuple[str, ...]
    date: str

    def create_stamp(
        self,
        writer: BasePdfFileWriter,
        box: BoxConstraints,
        text_params: dict[str, Any],
    ) -> Any:
        """The drawing; called by the signing library."""
        return _Drawing(writer, box, self)


class _Drawing(AppearanceContent):
    def __init__(self, writer: BasePdfFileWriter, box: BoxConstraints, style: ActStyle) -> None:
        super().__init__(writer, box)
        self._style = style
        self._words = self._font("Words", font_for("".join([*style.said, style.date])))

    def render(self) -> bytes:
        style, room = self._style, self._style.room
        size, step, lines = words_in(style.said, room, self._measure)
        height = len(lines) * step
        left = max(room.signature_height - height - GAP, 1.0)
        draw = self._typed if style.act.image_png is None else self._picture
        parts = [b"q", *draw(room.width, left, height + GAP), TEXT]
        for number, line in enumerate(lines, 1):
            baseline = height - number * step + size * BASELINE
            parts.append(_text(self._words, "Words", line, size, 0, baseline, said=True))
        if room.date_baseline is not None:
            parts.append(
                _text(
                    self._words, "Words", style.date, DATE_POINTS, 0, room.date_baseline, said=True
                )
            )
        return b" ".join([*parts, b"Q"])

    def _measure(self, text: str) -> float:
        return self._words.advance(text)

    def _font(self, name: str, file: Path) -> EmbeddedFont:
        engine = EmbeddedFont(self._ensure_writer, file)
        self.set_resource(ResourceType.FONT, NameObject(f"/{name}"), engine.as_resource())
        return engine

    def _typed(self, width: float, height: float, bottom: float) -> Iterator[bytes]:
        """The name in its face, as large as fits."""
        act = self._style.act
        name = act.typed_text or act.person_name
        face = drawn_in(name, act.face)
        engine = self._font("Hand", face_font(face))
        most = LARGEST_PLAIN_LETTERS if face == OTHER else LARGEST_LETTERS
        size, lines = largest(name, width, height, lambda text: _ink(engine, text), most)
        yield INK
        top = bottom + sum(line.height for line in lines) * size
        for line in lines:
            top -= line.height * size
            at = -line.left * size, top - line.bottom * size
            yield _text(engine, "Hand", line.text, size, *at, said=False)

    def _picture(self, width: float, height: float, bottom: float) -> Iterator[bytes]:
        """The image as large as fits; it is already cropped to its ink."""
        picture = PdfImage(Image.open(io.BytesIO(self._style.act.image_png or b"")), self.writer)
        picture.render()
        scale = min(width / picture.box.width, height / picture.box.height)
        drawn = picture.render()
        self.import_resources(picture.resources)
        yield b"q %g 0 0 %g 0 %g cm %s Q" % (scale, scale, bottom, drawn)


@dataclass(frozen=True)
class Ink:
    """How far the ink of a line reaches from its origin, in units of its size."""

    text: str
    left: float
    bottom: float
    width: float
    height: float


def words_in(said: Sequence[str], room: Room, measure: Measure) -> tuple[float, float, list[str]]:
    """The size of the words, the line height, and the lines.

    If the words do not fit at a readable size, the capacity is shortened (the table repeats it),
    never the name or the moment.
    """
    for size, step in SIZES:
        lines = _wrapped(said, room.width / size, measure)
        if room.signature_height - len(lines) * step - GAP >= WISHED:
            return size, step, lines
    name, capacity, moment = (_wrapped([each], room.width / size, measure) for each in said)
    taken = len([*name, *moment]) * step + GAP
    left = max(int((room.signature_height - LEAST - taken) / step), 0)
    if left < len(capacity):
        capacity = _cut(capacity[:left], room.width / size, measure)
    return size, step, [*name, *capacity, *moment]


def _cut(lines: list[str], ems: float, measure: Measure) -> list[str]:
    """The lines, ending in a sign that something is missing."""
    if not lines:
        return []
    words = lines[-1].split(" ")
    while len(words) > 1 and measure(f"{' '.join(words)} …") > ems:
        words.pop()
    return [*lines[:-1], f"{' '.join(words).rstrip(',')} …"]


def _wrapped(said: Sequence[str], ems: float, measure: Measure) -> list[str]:
    """The texts on lines of at most ``ems``. A longer word is broken; a no-break space, never at a
    line's end, becomes a plain space."""
    lines = []
    for text in said:
        line = ""
        for word in text.split(" "):
            if measure(longer := f"{line} {word}".strip()) <= ems:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while measure(line) > ems:
                fits = next(n for n in range(len(line) - 1, 0, -1) if measure(line[:n]) <= ems)
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line)
    return [line.replace(NO_BREAK, " ") for line in lines]


def largest(
    name: str, width: float, height: float, ink: Callable[[str], Ink], most: float = LARGEST_LETTERS
) -> tuple[float, list[Ink]]:
    """The largest size at which a name fits in this room, and its lines."""
    best: tuple[float, list[Ink]] = (0, [])
    for lines in _divided(name.split()):
        inks = [ink(line) for line in lines]
        size = min(
            most,
            width / max(line.width for line in inks),
            height / sum(line.height for line in inks),
        )
        if size > best[0] * WORTH_A_LINE:
            best = size, inks
    return best


def _divided(words: list[str]) -> Iterator[list[str]]:
    for breaks in range(min(MOST_LINES, len(words))):
        for where in combinations(range(1, len(words)), breaks):
            ends = [0, *where, len(words)]
            yield [" ".join(words[a:b]) for a, b in pairwise(ends)]


def _ink(engine: EmbeddedFont, text: str) -> Ink:
    x: float = 0
    boxes: list[tuple[float, float, float, float]] = []  # left, bottom, right, top of the ink
    for glyph, place in engine.glyphs(text):
        extents = engine.hb_font.get_glyph_extents(glyph.codepoint)
        if extents is not None and extents.width:
            at, top = x + place.x_offset + extents.x_bearing, place.y_offset + extents.y_bearing
            boxes.append((at, top + extents.height, at + extents.width, top))
        x += place.x_advance
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    reach = min(lefts), min(bottoms), max(rights) - min(lefts), max(tops) - min(bottoms)
    return Ink(text, *(each / UNITS for each in reach))


def _text(
    engine: EmbeddedFont, name: str, text: str, size: float, x: float, y: float, *, said: bool
) -> bytes:
    """One line of text. If ``said``, it can be extracted unchanged (``printed``)."""
    engine.font_size = size  # type: ignore[assignment]  # any number will do
    shown = engine.shape(text, with_actual_text=said).graphics_ops
    return b"BT /%s %g Tf %g %g Td %s ET" % (name.encode(), size, x, y, shown)
