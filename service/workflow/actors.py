"""Who does something: how a person, a browser and the system stand in the log."""

from __future__ import annotations

from dataclasses import dataclass

from service.agreement.permissions import Staff

SYSTEM = "system"


@dataclass(frozen=True)
class Client:
    """The browser behind a request; kept only with evidence (Bijlage to the privacy notice)."""

    ip: str
    user_agent: str

    def personal(self, **more: str) -> dict[str, str]:
        """For the erasable part of an audit entry."""
        return {"ip": self.ip, "user_agent": self.user_agent[:400], **more}


def staff_actor(staff: Staff) -> str:
    """How a member of staff stands in the log."""
    return f"staff:{staff.id}"


def signer_actor(signatory_id: str) -> str:
    """How the controller's representative stands in the log."""
    return f"signer:{signatory_id}"
