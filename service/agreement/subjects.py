"""What a mail or an alarm is about: an agreement, or something else of which we have many. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """The kinds of things that mails and alarms are about."""

    AGREEMENT = "agreement"
    JOB = "job"  # a periodic job; its id is its name
    ACCOUNT = "account"  # of a member of staff
    PROFILE = "profile"  # of the processor; its id is its version


@dataclass(frozen=True)
class Subject:
    """One such thing. The database keeps both values as they are here."""

    kind: SubjectKind
    id: str

    @classmethod
    def agreement(cls, agreement_id: str) -> Subject:
        """An agreement, by its id."""
        return cls(SubjectKind.AGREEMENT, agreement_id)

    @classmethod
    def account(cls, staff_id: str) -> Subject:
        """The account of a member of staff."""
        return cls(SubjectKind.ACCOUNT, staff_id)

    @property
    def agreement_id(self) -> str | None:
        """The id of the agreement; None when it is about anything else."""
        return self.id if self.kind is SubjectKind.AGREEMENT else None
