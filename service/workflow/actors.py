"""The browser of a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """The browser of a request; kept only with evidence (Bijlage to the privacy notice)."""

    ip: str
    user_agent: str

    def personal(self, **more: str) -> dict[str, str]:
        """For the erasable part of an audit entry."""
        return {"ip": self.ip, "user_agent": self.user_agent[:400], **more}
