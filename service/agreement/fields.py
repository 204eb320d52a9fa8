"""Checks of single values as a person types them: names, numbers, addresses.

Each check takes the field's name for its error and collects into a list, so that a form shows all
its mistakes at once. Values come back normalised (NFC, trimmed, one line).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.be import vat as be_vat
from stdnum.nl import postcode as nl_postcode

from service.errors import FieldError, Invalid
from signatures.font import unprintable

FIRST_YEAR = 1900  # no agreement is older; an earlier year is a slip of the keys
_PREFIX = re.compile(r"^(BTW|KBO|BCE|BE)+", re.ASCII)
# By these the documents find where a signature goes: a second one could not be made.
_SIGNATURE_MARK = re.compile(r"\[[HZ]\d\]")
_FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass
class Checker:
    """Collects the mistakes of one form."""

    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, code: str, **values: object) -> None:
        """Note a mistake in field ``name``."""
        self.errors.append(FieldError(name, code, values))

    def raise_if_wrong(self) -> None:
        """Raises Invalid with everything noted so far."""
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
        """One line of text: NFC, trimmed, inner white space folded, no control or bidi characters.

        Bidi overrides and zero-width characters could make a party's name read differently from
        what is stored, so they are refused and not stripped.
        """
        line = clean(value)
        if not line:
            if required:
                self.refuse(name, "required")
            return ""
        if any(unicodedata.category(c) in _FORBIDDEN_CATEGORIES for c in line):
            self.refuse(name, "forbidden_characters")
        elif not least <= len(line) <= most:
            self.refuse(name, "length", least=least, most=most)
        elif missing := unprintable(line):
            self.refuse(name, "unprintable", characters=" ".join(missing))
        elif mark := _SIGNATURE_MARK.search(line):
            self.refuse(name, "signature_mark", mark=mark[0])
        return line

    def person(self, name: str, value: str | None, *, required: bool = True) -> str:
        """A person's name exactly as typed: 2 to 200 characters, no angle brackets."""
        line = self.line(name, value, least=2, required=required)
        if line and ("<" in line or ">" in line):
            self.refuse(name, "angle_brackets")
        return line

    def email(self, name: str, value: str | None, *, required: bool = True) -> str:
        """An e-mail address (RFC 5321 syntax, no network); the domain comes back in lower case.

        Before the @ only ASCII: other letters need SMTPUTF8, which most servers do not offer, so
        such a mail would never arrive. Addresses are printed in the agreement, so their
        characters must be printable too.
        """
        address = clean(value)
        if not address:
            if required:
                self.refuse(name, "email_required")
            return ""
        try:
            address = validate_email(address, check_deliverability=False, strict=True).normalized
        except EmailNotValidError:
            self.refuse(name, "email_invalid")
            return address
        if not address.rpartition("@")[0].isascii():
            self._refuse_accents(name, address)
            return address
        if missing := unprintable(address):
            self.refuse(name, "unprintable", characters=" ".join(missing))
        return address

    def _refuse_accents(self, name: str, address: str) -> None:
        """Refuse letters that no mail server takes, with the address that was probably meant."""
        local, _, domain = address.rpartition("@")
        plain = unicodedata.normalize("NFKD", local.translate(_APOSTROPHES).translate(_LETTERS))
        meant = "".join(each for each in plain if not unicodedata.combining(each))
        if meant.isascii():
            self.refuse(name, "email_accents_meant", meant=f"{meant}@{domain}")
        else:
            self.refuse(name, "email_accents")

    def phone(self, name: str, value: str | None, country: str) -> str:
        """A telephone number, back in the international notation; empty is allowed."""
        number = clean(value)
        if not number:
            return ""
        try:
            parsed = phonenumbers.parse(number, country or "BE")
        except phonenumbers.NumberParseException:
            self.refuse(name, "phone_invalid")
            return number
        if not phonenumbers.is_possible_number(parsed):
            self.refuse(name, "phone_invalid")
            return number
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def postcode(self, name: str, value: str | None, country: str) -> str:
        """A postcode: four digits in Belgium, ``1234 AB`` in the Netherlands, free elsewhere."""
        code = clean(value).upper()
        if not code:
            self.refuse(name, "required")
        elif country == "BE" and not re.fullmatch(r"[1-9]\d{3}", code, re.ASCII):
            self.refuse(name, "postcode_be")
        elif country == "NL":
            if not nl_postcode.is_valid(code):
                self.refuse(name, "postcode_nl")
            else:
                return str(nl_postcode.validate(code))
        elif country not in ("BE", "NL"):
            return self.line(name, code, most=12)
        return code

    def day(self, name: str, value: str | None) -> date | None:
        """A date as a browser gives it (``2024-03-02``) or as people type it (``2/3/2024``)."""
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
                if day.year >= FIRST_YEAR:
                    return day
        self.refuse(name, "date_invalid")
        return None


def clean(value: str | None) -> str:
    """NFC, outer white space gone, inner white space folded to one blank."""
    return re.sub(r"[ \u00a0\u202f]+", " ", unicodedata.normalize("NFC", value or "")).strip()


def belgian_number(typed: str) -> str | None:
    """The ten digits of a Belgian enterprise number in any notation, or None when it is not one.

    Ten ASCII digits, first 0 or 1, the last two 97 minus the first eight modulo 97 (KBO); a
    nine-digit number is one whose leading zero a spreadsheet dropped.
    """
    digits = _PREFIX.sub("", re.sub(r"[\s./-]", "", typed.upper()))
    digits = _PREFIX.sub("", digits)
    if not re.fullmatch(r"\d{9,10}", digits, re.ASCII):
        return None
    digits = digits.zfill(10)
    if digits[0] not in "01" or int(digits[:8]) == 0 or not be_vat.is_valid(digits):
        return None
    return digits


def kvk_number(typed: str) -> str | None:
    """The eight digits of a Dutch KvK number (it has no check digit), or None."""
    digits = re.sub(r"[\s.]", "", re.sub(r"^KVK", "", typed.strip().upper()))
    return digits if re.fullmatch(r"\d{8}", digits, re.ASCII) and int(digits) else None


def show_belgian_number(digits: str) -> str:
    """``0863643458`` as ``0863.643.458``."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def fold(value: str) -> str:
    """For searching and comparing: no accents, lower case, letters and digits in words."""
    plain = value.translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[^\W_]+", bare))


_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4\u2032", "'''''")

# Letters that Unicode does not decompose into a base and an accent.
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
