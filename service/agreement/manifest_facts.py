"""The facts that the archive needs besides a package's files, fixed at the closing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True)
class ManifestFacts:
    """No e-mail or IP addresses. ``token_quality`` is by place; ``certificates`` are files by name,
    in base64, fixed because a renewed revocation list would differ; empty once only the archive has
    them."""

    effective_date: date
    controller: str
    processor: str
    template_version: str
    token_quality: Mapping[str, str]
    certificates: Mapping[str, str]

    def kept(self) -> dict[str, object]:
        certificates = {"certificates": dict(self.certificates)} if self.certificates else {}
        return {
            "effective_date": self.effective_date.isoformat(),
            "controller": self.controller,
            "processor": self.processor,
            "template_version": self.template_version,
            "token_quality": dict(self.token_quality),
            **certificates,
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of ``kept``; the first ones have no quality of time stamps."""
        return cls(
            effective_date=date.fromisoformat(kept["effective_date"]),
            controller=kept["controller"],
            processor=kept["processor"],
            template_version=kept["template_version"],
            token_quality=kept.get("token_quality", {}),
            certificates=kept.get("certificates", {}),
        )
