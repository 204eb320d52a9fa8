"""A list of customers as tests need it: good rows, and rows with one thing wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.agreement.bulk.options import Options

HEADINGS = (
    "Klantnr",
    "Bedrijf",
    "Ondernemingsnr",
    "Voornaam",
    "Naam contact",
    "E-mail",
    "Postcode",
)
_CELLS = ("customer", "name", "enterprise", "first", "last", "email", "postcode")
SERVICES = Options(services=("cloud_storage",))
# Valid numbers: the last two digits are 97 minus the others modulo 97.
NUMBERS = tuple(f"{base:08d}{97 - base % 97:02d}" for base in range(4_031_707, 4_031_707 + 90))


def customer(number: int, **other: str) -> tuple[str, ...]:
    """The cells of one customer, who differs from all others, with some cells replaced."""
    usual = (
        str(1000 + number),
        f"Zaak {number}",
        NUMBERS[number],
        "An",
        f"Peeters {number}",
        f"an{number}@zaak{number}.example",
        "2000",
    )
    return tuple((dict(zip(_CELLS, usual, strict=True)) | other).values())


def as_csv(rows: Iterable[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    """A file with these rows, as Excel writes it in Belgium."""
    lines = [";".join(cells) for cells in (headings, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")
