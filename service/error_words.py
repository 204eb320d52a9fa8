"""The text of errors for people: codes become sentences of the catalogue.

``kept`` stores a job's error as one line of code and values, and ``kept_in_words`` makes text of it
where it is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from service.error_codes import ErrorCode, StartCode
from service.errors import FieldError, Invalid, ZegelError
from service.settings.table import SettingsError
from service.texts import OURS, Language, text

_KEPT = re.compile(r"(?P<key>(?:errors|cli|engines)\.[a-z_.]+) (?P<values>\{[^{}]*\})")


def words_of(error: ZegelError | FieldError, language: Language = OURS) -> str:
    if isinstance(error, FieldError):
        return text(f"errors.{error.code}", language, **error.values)
    if isinstance(error, SettingsError):
        wrong = [
            text(f"settings.problems.{each.code}", language, **each.values)
            for each in error.problems
        ]
        return "\n- ".join([text(error.code, language), *wrong])
    return _filled(_key(error.code), error.values, language)


def words_by_field(wrong: Invalid, language: Language = OURS) -> dict[str, str]:
    """The first sentence per field, in the given order."""
    sentences: dict[str, str] = {}
    for error in wrong.errors:
        sentences.setdefault(error.field, words_of(error, language))
    return sentences


def kept(failure: Exception) -> str:
    """A failure in one line, to be stored: code and values of our errors, the message of others."""
    if not isinstance(failure, ZegelError):
        return f"{type(failure).__name__}: {failure}"
    return kept_code(failure.code, **failure.values)


def kept_code(code: ErrorCode | StartCode, **values: object) -> str:
    return kept_line(_key(code), values)


def kept_line(key: str, values: Mapping[str, object]) -> str:
    """A key and its values in one line, to be stored."""
    plain = {name: each if isinstance(each, int) else str(each) for name, each in values.items()}
    inside = json.dumps(plain, ensure_ascii=False)[1:-1]
    # Braces inside are escaped, so that the closing one can be found when reading.
    inside = inside.replace("{", r"\u007b").replace("}", r"\u007d")
    return f"{key} {{{inside}}}"


def kept_in_words(reason: str, language: Language = OURS) -> str:
    """The text of a stored failure. Other programs' messages and those of former versions stay."""
    return _KEPT.sub(lambda found: _in_words(found, language), reason)


def _in_words(found: re.Match[str], language: Language) -> str:
    try:
        return _filled(found["key"], json.loads(found["values"]), language)
    except (ValueError, KeyError):  # truncated, or of another version
        return found[0]


def _filled(key: str, values: Mapping[str, object], language: Language) -> str:
    more = dict(values)
    if "state" in more:
        more["because"] = text(f"states.sentence.{more['state']}", language)
    if "import_state" in more:
        more["because"] = text(f"bulk.sentence.{more['import_state']}", language)
    if "reason" in more:
        more["reason"] = kept_in_words(str(more["reason"]), language)
    return text(key, language, **more)


def _key(code: ErrorCode | StartCode) -> str:
    return code if isinstance(code, StartCode) else f"errors.{code}"
