"""Values as lists hold them, and what spreadsheets did to them, as the form of one agreement takes
them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from service.agreement.fields import fold
from service.agreement.pasted import clean
from service.texts import OURS, catalogue, table

# Excel's day 1 is 1 January 1900, and it counts a 29 February 1900 that did not exist (ECMA-376
# part 1, 18.17.4.1).
_DAY_ZERO = date(1899, 12, 30)
_SERIALS = (10_000, 80_000)  # 1927 to 2119
_SCIENTIFIC = re.compile(r"(?P<digits>\d+(?:[.,]\d+)?)[eE]\+(?P<power>\d{1,2})")
_WHOLE = re.compile(r"(\d+)[.,]0{1,2}")
_POSTCODE_LENGTHS = {"DE": 5, "FR": 5, "IT": 5, "ES": 5, "US": 5, "FI": 5, "EE": 5, "HR": 5}
_DUTCH_POSTCODE = re.compile(r"[1-9]\d{3} ?[A-Za-z]{2}")
_KVK_LENGTH = 8


class Rounded(ValueError):
    """A number whose last digits a spreadsheet dropped, such as ``8,63643E+08``."""


def plain_number(cell: str) -> str:
    """A number without what a spreadsheet added: ``863643458.0``, ``8.63643458E+08``.

    Raises Rounded if digits are gone.
    """
    typed = clean(cell)
    if whole := _WHOLE.fullmatch(typed):
        return whole[1]
    if found := _SCIENTIFIC.fullmatch(typed):
        digits, power = found["digits"].replace(",", "."), int(found["power"])
        if len(digits.partition(".")[2]) < power:
            raise Rounded(cell)
        return str(int(Decimal(digits).scaleb(power)))
    return typed


def with_kvk_zeros(number: str) -> str:
    """A Dutch number of seven digits has lost its zero (a Belgian one of nine is read as such)."""
    return number.zfill(_KVK_LENGTH) if re.fullmatch(r"\d{7}", number) else number


def postcode(cell: str, country: str) -> str:
    """A postcode with the zeros that a spreadsheet dropped, where the country has a length."""
    typed = plain_number(cell)
    return typed.zfill(_POSTCODE_LENGTHS.get(country, 0)) if typed.isdigit() else typed


def country_of_postcode(cell: str) -> str:
    """NL for ``1234 AB``; else nothing is known."""
    return "NL" if _DUTCH_POSTCODE.fullmatch(clean(cell)) else ""


def day(cell: str) -> str:
    """A date as typed; a serial number of Excel (``45353``) and an instant become a date."""
    typed = plain_number(cell)
    if typed.isdigit() and _SERIALS[0] < int(typed[:6]) < _SERIALS[1] and len(typed) == 5:
        return (_DAY_ZERO + timedelta(int(typed))).isoformat()
    return re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", typed)


def meaning_of(kind: str, cell: str) -> str:
    """The code of a value of this kind: a code, a name on our pages or one in the catalogue
    ``import_values``; empty if unknown."""
    return _meanings(kind).get(fold(cell), "")


@cache
def _meanings(kind: str) -> Mapping[str, str]:
    listed: Mapping[str, list[str]] = table("import_values", OURS).get(kind, {})
    found = {fold(name): code for code, names in listed.items() for name in names}
    shown = catalogue("countries", OURS) if kind == "country" else _labels(kind)
    named = {fold(each): code for code, name in shown.items() for each in (code, name)}
    return {**named, **found}


def _labels(kind: str) -> Mapping[str, str]:
    if kind == "services":
        return catalogue("service_names", OURS)
    start = f"{kind}."
    return {
        key.removeprefix(start): name
        for key, name in catalogue("labels", OURS).items()
        if key.startswith(start)
    }
