"""The subjects of mails and alarms: an agreement or another identified thing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    AGREEMENT = "agreement"
    JOB = "job"  # a periodic job; its id is its name
    ACCOUNT = "account"  # of a member of staff
    PROFILE = "profile"  # the processor's; its id is its version
    APPLICATION = "application"  # somebody who began on the public page, before it is an agreement


@dataclass(frozen=True)
class Subject:
    """One subject. The database stores both values as they are here."""

    kind: SubjectKind
    id: str

    @classmethod
    def agreement(cls, agreement_id: str) -> Subject:
        return cls(SubjectKind.AGREEMENT, agreement_id)

    @classmethod
    def account(cls, staff_id: str) -> Subject:
        return cls(SubjectKind.ACCOUNT, staff_id)

    @classmethod
    def application(cls, application_id: str) -> Subject:
        return cls(SubjectKind.APPLICATION, application_id)

    @property
    def agreement_id(self) -> str | None:
        return self.id if self.kind is SubjectKind.AGREEMENT else None
