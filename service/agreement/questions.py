"""Questions asked before signing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Question:
    """``ended`` is empty while open, else ``answered`` (here), ``elsewhere`` (as the sender
    reports) or ``signed`` (the person who asked signed without an answer)."""

    id: str
    agreement_id: str
    signatory_id: str | None
    staff_id: str | None
    name: str
    email: str
    question: str
    asked_at: datetime
    ended: str
    answer: str
    answered_by: str
    ended_at: datetime | None

    @property
    def by_staff(self) -> bool:
        """Whether a countersigner asked it; else the controller's signatory did."""
        return self.staff_id is not None

    @property
    def waits(self) -> bool:
        return not self.ended
