"""Password rules: long enough, not on a list of leaked passwords, not about its owner.

After NIST SP 800-63B (5.1.1.2) and ASVS 5.0 (6.2), with the lists and the estimate of zxcvbn (MIT).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.error_codes import FieldCode

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 500
LEAST_SCORE = 4  # zxcvbn's: more than ten thousand million guesses
LEAST_OF_ITS_OWN = 6  # letters outside words about its owner
_JUDGED = 72  # characters; zxcvbn accepts no more
# Common beginnings of passwords here that are missing from the English lists.
_DUTCH = """
wachtwoord welkom welkom01 geheim toegang inloggen aanmelden beheer beheerder verkoop kantoor
administratie computer lente zomer herfst winter januari februari maart april mei juni juli
augustus september oktober november december maandag dinsdag woensdag donderdag vrijdag zaterdag
zondag vandaag morgen vakantie voetbal fiets schatje liefde kerstmis nieuwjaar belgie vlaanderen
nederland brussel antwerpen gent brugge leuven hasselt mechelen amsterdam rotterdam utrecht azerty
azertyuiop qwerty overeenkomst verwerker verwerkersovereenkomst
"""


def mistake(password: str, about: Iterable[str]) -> FieldCode | None:
    """What is wrong with a new password, or None.

    ``about``: names and addresses of its owner, the organisation and this service.
    """
    if len(password) < LEAST_CHARACTERS:
        return FieldCode.PASSWORD_SHORT
    if len(password) > MOST_CHARACTERS:
        return FieldCode.PASSWORD_LONG
    own = _words(about)
    if _without(password, own) < LEAST_OF_ITS_OWN and _without(password, own) < _letters(password):
        return FieldCode.PASSWORD_PERSONAL
    # A megabyte of lists, needed only when somebody chooses a password.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    found = zxcvbn(password[:_JUDGED], user_inputs=[*own, *_DUTCH.split()])
    if found["score"] >= LEAST_SCORE:
        return None
    listed = any(part.get("dictionary_name") == "passwords" for part in found["sequence"])
    return FieldCode.PASSWORD_COMMON if listed else FieldCode.PASSWORD_EASY


def _words(about: Iterable[str]) -> list[str]:
    """Each as a whole and in parts of at least three letters, the longest first."""
    wholes = [each.casefold() for each in about if each]
    parts = [part for each in wholes for part in re.split(r"[\W_]+", each)]
    found = {each for each in (*wholes, *parts) if len(each) > 2}
    return sorted(found, key=lambda each: (-len(each), each))


def _without(password: str, own: list[str]) -> int:
    """The number of letters left without the words about its owner."""
    rest = password.casefold()
    for each in own:
        rest = rest.replace(each, "")
    return _letters(rest)


def _letters(words: str) -> int:
    return sum(each.isalpha() for each in words)
