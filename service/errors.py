"""The tree of errors, named after the situation; without HTTP.

    ZegelError
    ├── Invalid            the input is wrong, field by field
    ├── NotAllowed         this person may not (shown as NotFound where that would reveal something)
    ├── Refused            the rules do not allow it
    │   ├── Outdated       the agreement changed since this person read it
    │   ├── KeyReused      the key of an earlier request came with other contents
    │   ├── WrongState     the agreement's state does not allow this
    │   │   └── TooLate    somebody or something was faster (a lost race)
    │   └── TooMany        a limit was reached; try again later
    ├── NotFound           it does not exist, or this person may not see it
    ├── LinkUnusable       a signing link that no longer opens anything, with the reason
    ├── Unavailable        something external does not answer; worth retrying
    │   └── Busy           too many requests at this moment
    ├── KeysUnusable       the keys and certificates of the seal cannot be used, with the reason
    └── GenerationFailed   the document could not be made

An error is a ``code`` (``service/error_codes.py``) with ``values``, without text: whoever shows it
makes the text for the reader, with ``service/error_words.py``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from service.error_codes import ErrorCode, FieldCode, StartCode


class ZegelError(Exception):
    """Base of all errors of this service."""

    def __init__(self, code: ErrorCode | StartCode, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    @property
    def wait_seconds(self) -> int:
        """The seconds after which retrying makes sense; 0 if unknown."""
        minutes, seconds = self.values.get("minutes", 0), self.values.get("seconds", 0)
        return int(str(minutes)) * 60 + int(str(seconds))

    def __str__(self) -> str:
        """For a technical log: the code and its values."""
        details = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({details})" if details else str(self.code)


@dataclass(frozen=True)
class FieldError:
    """One wrong field. The ErrorCode that prevents a password check is shown beside its field
    too."""

    field: str
    code: FieldCode | ErrorCode
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)


class Invalid(ZegelError):
    """The input is wrong; names every wrong field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(ErrorCode.INVALID, count=len(errors))
        self.errors = errors


class NotAllowed(ZegelError):
    """This person may not do this. Never shown beside a form: there was no such button."""


class Refused(ZegelError):
    """The rules do not allow it."""

    code: ErrorCode


class Outdated(Refused):
    """It changed since it was read; ``values['version']`` is its current version."""


class KeyReused(Refused):
    """This key belongs to another request; ``values['reference']`` is that request's result."""


class WrongState(Refused):
    """The agreement's state does not allow this; ``values['state']`` is the state."""


class TooLate(WrongState):
    """Somebody or something was faster."""


class TooMany(Refused):
    """A limit was reached; ``values`` says in ``minutes`` or ``seconds`` when to retry."""


class NotFound(ZegelError):
    """It does not exist, or this person may not see it."""


class LinkUnusable(ZegelError):
    """A signing link that no longer opens anything.

    ``reason`` is one of unknown, expired, replaced, voided, declined, delegated, signed, completed;
    or open, where a new one was asked for and is not needed.
    """

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(ErrorCode(f"link_{reason}"), **values)
        self.reason = reason


class Unavailable(ZegelError):
    """Something external does not answer; worth retrying."""


class Busy(Unavailable):
    """Too many requests at this moment; ``values['seconds']`` says when to retry."""


class KeysUnusable(ZegelError):
    """The keys and certificates cannot be used; ``reason`` is the code of an AuthorityError."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(ErrorCode(f"keys.{reason}"), detail=detail)
        self.reason = reason


class GenerationFailed(ZegelError):
    """The document could not be made; ``reason`` is for staff, never for the signer."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(ErrorCode.GENERATION_FAILED, reason=reason, detail=detail)
        self.reason = reason
        self.detail = detail
