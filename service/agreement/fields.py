"""Checks of single typed values: names, numbers, addresses.

Errors are collected under the field's name. ``service.agreement.pasted`` cleans the values.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.be import vat as be_vat
from stdnum.nl import postcode as nl_postcode

from service.agreement.pasted import clean, lines_of, without_bullet
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from signatures.acts.font import unprintable

DAYS_AHEAD = 366
FIRST_YEAR = 1900  # no agreement is older; an earlier year is a typing error
# The old notation before a postcode: B-2000, NL-1234 AB.
_COUNTRY_MARK = {"BE": re.compile(r"^BE?[ -]*(?=\d)"), "NL": re.compile(r"^NL[ -]*(?=\d)")}
# 0863.643.458 and the like, anywhere in the text; and the digits in groups of any other size.
_BELGIAN = re.compile(r"(?<!\d)(\d{3,4})[\s./-]*(\d{3})[\s./-]*(\d{3})(?!\d)", re.ASCII)
_DIGITS = re.compile(r"(?<!\d)\d(?:[\s./-]*\d){8,9}(?!\d)", re.ASCII)
_KVK = re.compile(r"(?<!\d)\d(?:[\s.]*\d){7}(?!\d)", re.ASCII)
# VAT number prefixes of other countries; not any two capitals: NV, BV, SA are legal forms.
_ABROAD = re.compile(
    r"\b(?:AT|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)"
    r"[\s.:-]*$",
    re.ASCII,
)
_NOT_DIGITS = re.compile(r"[^0-9]")
_TITLES = re.compile(
    r"^(?:(?:mr|mw|mevr|mevrouw|mejuffrouw|dhr|de heer|drs|dr|ir|ing|prof|professor|meester) )+"
)
_FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
_FORBIDDEN_IN_TEXT = {"Cc", "Cf", "Cs"}
MOST_OF_A_TEXT = 2000


@dataclass
class Checker:
    """Collects the mistakes of one form."""

    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, code: FieldCode, **values: object) -> None:
        self.errors.append(FieldError(name, code, values))

    def raise_if_wrong(self) -> None:
        """Raises Invalid with all mistakes so far."""
        if self.errors:
            raise Invalid(self.errors)

    def line(
        self,
        name: str,
        value: str | None,
        *,
        least: int = 1,
        most: int = 200,
        required: bool = True,
    ) -> str:
        """One line of printed text: cleaned, printable characters only, within its length.

        Bidirectional controls are refused: the text would not read as it was typed.
        """
        line = without_bullet(clean(value))
        if not line:
            if required:
                self.refuse(name, FieldCode.REQUIRED)
            return ""
        if any(unicodedata.category(c) in _FORBIDDEN_CATEGORIES for c in line):
            self.refuse(name, FieldCode.FORBIDDEN_CHARACTERS)
        elif not least <= len(line) <= most:
            self.refuse(name, FieldCode.LENGTH, least=least, most=most)
        elif missing := unprintable(line):
            self.refuse(name, FieldCode.UNPRINTABLE, characters=" ".join(missing))
        return line

    def text_area(self, name: str, typed: str | None) -> str:
        """Several unprinted lines: a message, a question, a reason. Bidirectional controls are
        refused."""
        whole = "\n".join(clean(line) for line in lines_of(typed)).strip()
        if any(unicodedata.category(c) in _FORBIDDEN_IN_TEXT for c in whole.replace("\n", "")):
            self.refuse(name, FieldCode.FORBIDDEN_CHARACTERS)
        elif len(whole) > MOST_OF_A_TEXT:
            self.refuse(name, FieldCode.LENGTH, least=1, most=MOST_OF_A_TEXT)
        return whole

    def person(self, name: str, value: str | None, *, required: bool = True) -> str:
        """A person's name exactly as typed: 2 to 200 characters, no angle brackets."""
        line = self.line(name, value, least=2, required=required)
        if line and ("<" in line or ">" in line):
            self.refuse(name, FieldCode.ANGLE_BRACKETS)
        return line

    def email(self, name: str, value: str | None, *, required: bool = True) -> str:
        """An e-mail address (RFC 5321 syntax, no network) with its domain in lower case.

        Only ASCII before the @: most servers do not offer SMTPUTF8.
        """
        address = clean(value)
        if not address:
            if required:
                self.refuse(name, FieldCode.EMAIL_REQUIRED)
            return ""
        try:
            address = validate_email(address, check_deliverability=False, strict=True).normalized
        except EmailNotValidError:
            self.refuse(name, FieldCode.EMAIL_INVALID)
            return address
        if not address.rpartition("@")[0].isascii():
            self._refuse_accents(name, address)
            return address
        if missing := unprintable(address):
            self.refuse(name, FieldCode.UNPRINTABLE, characters=" ".join(missing))
        return address

    def _refuse_accents(self, name: str, address: str) -> None:
        """Refuse letters that mail servers do not accept; suggest the address probably meant."""
        local, _, domain = address.rpartition("@")
        plain = unicodedata.normalize("NFKD", local.translate(_APOSTROPHES).translate(_LETTERS))
        meant = "".join(each for each in plain if not unicodedata.combining(each))
        if meant.isascii():
            self.refuse(name, FieldCode.EMAIL_ACCENTS_MEANT, meant=f"{meant}@{domain}")
        else:
            self.refuse(name, FieldCode.EMAIL_ACCENTS)

    def phone(self, name: str, value: str | None, country: str) -> str:
        """A telephone number, returned in international notation; may be empty."""
        number = clean(value)
        if not number:
            return ""
        try:
            parsed = phonenumbers.parse(number, country or "BE")
        except phonenumbers.NumberParseException:
            self.refuse(name, FieldCode.PHONE_INVALID)
            return number
        if not phonenumbers.is_valid_number(parsed):
            self.refuse(name, FieldCode.PHONE_INVALID)
            return number
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def postcode(self, name: str, value: str | None, country: str) -> str:
        """A postcode: four digits in Belgium, ``1234 AB`` in the Netherlands, else any text."""
        code = clean(value).upper()
        if country in ("BE", "NL"):
            code = _COUNTRY_MARK[country].sub("", code)
        if not code:
            self.refuse(name, FieldCode.REQUIRED)
        elif country == "BE" and not re.fullmatch(r"[1-9]\d{3}", code, re.ASCII):
            self.refuse(name, FieldCode.POSTCODE_BE)
        elif country == "NL":
            if not nl_postcode.is_valid(code):
                self.refuse(name, FieldCode.POSTCODE_NL)
            else:
                return str(nl_postcode.validate(code))
        elif country not in ("BE", "NL"):
            return self.line(name, code, most=12)
        return code

    def day(self, name: str, value: str | None, *, today: date | None = None) -> date | None:
        """A date such as ``2024-03-02`` or ``2/3/2024``; over a year after ``today`` (in Brussels),
        it is refused as a typing error."""
        typed = clean(value)
        if not typed:
            return None
        for pattern in (
            r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
            r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})",
        ):
            if match := re.fullmatch(pattern, typed, re.ASCII):
                try:
                    day = date(int(match["y"]), int(match["m"]), int(match["d"]))
                except ValueError:
                    break
                if today and day > today + timedelta(days=DAYS_AHEAD):
                    self.refuse(name, FieldCode.DATE_AHEAD)
                    return None
                if day.year >= FIRST_YEAR:
                    return day
        self.refuse(name, FieldCode.DATE_INVALID)
        return None


def belgian_number(typed: str) -> str | None:
    """The ten digits of the one Belgian enterprise number in a text such as *RPR Gent 0863.643.458*
    or *TVA: BE 863 643 458*, or None.

    The first digit is 0 or 1, the last two are 97 minus the first eight modulo 97 (KBO); nine
    digits lack the leading zero.
    """
    found = {
        _NOT_DIGITS.sub("", each[0])
        for notation in (_BELGIAN, _DIGITS)
        for each in notation.finditer(typed)
        if not _ABROAD.search(typed[: each.start()])
    }
    valid = {digits for each in found if _is_belgian(digits := each.zfill(10))}
    return valid.pop() if len(valid) == 1 else None


def _is_belgian(digits: str) -> bool:
    return digits[0] in "01" and int(digits[:8]) > 0 and be_vat.is_valid(digits)


def kvk_number(typed: str) -> str | None:
    """The eight digits of the one Dutch KvK number in the text, or None. It has no check digit."""
    found = {_NOT_DIGITS.sub("", each[0]) for each in _KVK.finditer(typed)}
    valid = {digits for digits in found if int(digits)}
    return valid.pop() if len(valid) == 1 else None


def show_belgian_number(digits: str) -> str:
    """``0863643458`` as ``0863.643.458``."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def same_person(typed: str, name: str) -> bool:
    """Whether both are the same name apart from accents, capitals, hyphens and titles."""
    return _bare_name(typed) == _bare_name(name)


def _bare_name(name: str) -> str:
    return _TITLES.sub("", fold(clean(name))).replace(" ", "")


def fold(value: str) -> str:
    """Fold for searching and comparing: lower case, no accents, words of letters and digits."""
    plain = value.translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[^\W_]+", bare))


_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4\u2032", "'''''")

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ı": "i",
    }
)
