"""Build the two signature fonts: ``python -m signatures.acts.build_font [CARLITO.ttf]``.

They have 1000 units per em, as PDF widths need (ISO 19005-3, 6.2.11.5), and few letters, because
every act embeds a font. A changed font may not be named "Carlito" (SIL OFL 1.1, clause 3).
``zegel-sign-wide.ttf`` adds Greek, Cyrillic and Vietnamese, for texts that need it.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

from signatures.acts.font import FONTS, characters_file

CARLITO = Path("/usr/share/fonts/truetype/crosextra/Carlito-Regular.ttf")
UNITS_PER_EM = 1000

LATIN = [
    range(0x20, 0x7F),
    range(0xA0, 0x180),  # Latin-1 Supplement, Latin Extended-A
    range(0x218, 0x21C),  # Romanian Ș ș Ț ț
    [0x192, 0x1E9E, 0x20AC],
    range(0x2010, 0x2027),  # dashes, quotation marks, bullet, ellipsis
    [0x2030, 0x2039, 0x203A],
]
WIDE = [
    *LATIN,
    range(0x180, 0x250),  # Latin Extended-B
    range(0x370, 0x400),  # Greek
    range(0x400, 0x530),  # Cyrillic
    range(0x1E00, 0x1F00),  # Latin Extended Additional
    range(0x2000, 0x2070),  # General Punctuation
    range(0x20A0, 0x20C0),  # currencies
    range(0x2100, 0x2150),  # letter-like symbols such as № and ™
]


def build(source: Path, target: Path, family: str, blocks: Iterable[Iterable[int]]) -> None:
    """Write the characters of ``blocks`` to ``target``, at 1000 units per em, with a list of them
    in a file beside it."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "FFTM", "gasp"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for block in blocks for code in block])
    subsetter.subset(font)
    scale_upem(font, UNITS_PER_EM)
    _rename(font, family)
    font.save(target)
    known = "".join(map(chr, sorted(font.getBestCmap())))
    characters_file(target).write_text(known, encoding="utf-8")


def _rename(font: TTFont, family: str) -> None:
    for identifier, value in {
        1: family,
        3: f"{family}; subset of a font by tyPoland Lukasz Dziedzic",
        4: family,
        6: family.replace(" ", ""),
    }.items():
        for record in [r for r in font["name"].names if r.nameID == identifier]:
            font["name"].setName(
                value, identifier, record.platformID, record.platEncID, record.langID
            )


def main(arguments: list[str]) -> int:
    """Build both fonts from Carlito or the named file."""
    source = Path(arguments[0]) if arguments else CARLITO
    for name, family, blocks in (
        ("zegel-sign-latin.ttf", "Zegel Sign Latin", LATIN),
        ("zegel-sign-wide.ttf", "Zegel Sign Wide", WIDE),
    ):
        build(source, FONTS / name, family, blocks)
        print(f"{FONTS / name}: {(FONTS / name).stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
