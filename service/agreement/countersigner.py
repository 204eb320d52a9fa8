"""The person who signs for the processor: chosen with the draft, and named in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.agreement.fields import Checker, same_person
from service.agreement.parties import Processor
from service.agreement.pasted import clean
from service.agreement.permissions import Staff
from service.error_codes import FieldCode

FIELD = "countersigner"


@dataclass(frozen=True)
class Countersigner:
    """The member of staff who signs for the processor, with the present data of the account.

    ``can_sign`` is False once the account is blocked or has lost the role.
    """

    staff_id: str
    name: str
    function: str
    can_sign: bool = True

    @classmethod
    def of(cls, person: Staff) -> Countersigner:
        return cls(person.id, person.name, person.function)


def suggested(able: Sequence[Staff], processor: Processor | None) -> Staff | None:
    """The default signer: the representative in the processor's profile, or the only candidate.

    ``able`` are those who may sign. None if a person has to choose.
    """
    if processor is not None:
        named = [each for each in able if same_person(each.name, processor.representative_name)]
        if len(named) == 1:
            return named[0]
    return able[0] if len(able) == 1 else None


def choose(
    typed: Any, able: Sequence[Staff], processor: Processor | None, check: Checker
) -> Countersigner | None:
    """The one of ``able`` with the given id, or the suggested one if no id was given.

    None if nobody may sign yet: such a draft can be made but not sent.
    """
    wanted = clean(typed)
    if wanted:
        chosen = next((each for each in able if each.id == wanted), None)
        if chosen is None:
            check.refuse(FIELD, FieldCode.COUNTERSIGNER_GONE)
    else:
        chosen = suggested(able, processor)
        if chosen is None and able:
            check.refuse(FIELD, FieldCode.COUNTERSIGNER_CHOOSE)
    return Countersigner.of(chosen) if chosen else None
