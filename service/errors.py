"""The error tree, named by situation; no HTTP in it.

    ZegelError
    ├── Invalid            what was given is wrong, field by field
    ├── NotAllowed         this person may not (shown like NotFound where it would betray something)
    ├── Refused            the rules say no
    │   ├── KeyReused      the key of an earlier request came with another question
    │   ├── WrongState     the agreement is in a state in which this cannot happen
    │   │   └── TooLate    somebody or something was faster: the polite form of a lost race
    │   └── TooMany        a limit was reached; try again later
    ├── NotFound           there is no such thing, or it is not yours
    ├── LinkUnusable       a signing link that no longer opens anything, with the reason
    ├── Unavailable        something outside does not answer; it is worth trying again
    │   └── Busy           too much is asked at this moment
    ├── KeysUnusable       the keys and certificates of the seal cannot be used, with the reason
    └── GenerationFailed   the document could not be made

What went wrong is ``code`` (``service/error_codes.py``) with its ``values``. An error has no words:
each door finds them for its reader, with ``service/error_words.py``.
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
        """After how long it is worth trying again; 0 where nobody said."""
        minutes, seconds = self.values.get("minutes", 0), self.values.get("seconds", 0)
        return int(str(minutes)) * 60 + int(str(seconds))

    def __str__(self) -> str:
        """For a technical log: the code and what goes with it."""
        details = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({details})" if details else str(self.code)


@dataclass(frozen=True)
class FieldError:
    """One field that is not right.

    What keeps a password from being compared at all is shown beside its field too: an ErrorCode.
    """

    field: str
    code: FieldCode | ErrorCode
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)


class Invalid(ZegelError):
    """What was given is wrong; every field that is wrong is named."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(ErrorCode.INVALID, count=len(errors))
        self.errors = errors


class NotAllowed(ZegelError):
    """This person may not do this. Never shown beside a form: a button led nowhere."""


class Refused(ZegelError):
    """The rules say no."""

    code: ErrorCode


class KeyReused(Refused):
    """This key belongs to another request; ``values['reference']`` is what that one made."""


class WrongState(Refused):
    """The agreement is in a state in which this cannot happen; ``values['state']`` is the state."""


class TooLate(WrongState):
    """Somebody or something was faster."""


class TooMany(Refused):
    """A limit was reached; ``values`` say in ``minutes`` or ``seconds`` when to try again."""


class NotFound(ZegelError):
    """There is no such thing, or it is not this person's to see."""


class LinkUnusable(ZegelError):
    """A signing link that opens nothing any more.

    ``reason`` is one of unknown, expired, replaced, voided, declined, delegated, signed, completed.
    """

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(ErrorCode(f"link_{reason}"), **values)
        self.reason = reason


class Unavailable(ZegelError):
    """Something outside does not answer; worth trying again."""


class Busy(Unavailable):
    """Too much is asked at this moment; ``values['seconds']`` says when to try again."""


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
