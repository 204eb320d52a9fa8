"""The signer and the browser of a request."""

from __future__ import annotations

from dataclasses import dataclass

from service.agreement.permissions import Signer
from service.database.agreement.signing import Link


@dataclass(frozen=True)
class Client:
    """The browser of a request; kept only with evidence (Bijlage to the privacy notice)."""

    ip: str
    user_agent: str

    def personal(self, **more: str) -> dict[str, str]:
        """For the erasable part of an audit entry."""
        return {"ip": self.ip, "user_agent": self.user_agent[:400], **more}


def signer_of(link: Link) -> Signer:
    """The principal who opened this link."""
    return Signer(link.signatory_id, link.signatory_name)
