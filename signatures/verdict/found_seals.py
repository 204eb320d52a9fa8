"""Each filled field of a file, with its container and appearance."""

from __future__ import annotations

from dataclasses import dataclass

from signatures.cms import containers
from signatures.cms.containers import Container
from signatures.pdf.objects import text_of
from signatures.pdf.printed import PrintedAct, act_in
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import ACT, STAMP, Signed
from signatures.verdict.report import FoundSeal


@dataclass(frozen=True)
class Seal:
    """One filled field with its parsed container, which is None if unreadable."""

    signed: Signed
    container: Container | None
    found: FoundSeal

    @property
    def covered(self) -> tuple[int, int]:
        """Where the container begins and ends; the seal covers all the rest."""
        return self.signed.container


def read_seal(file: Revisions, signed: Signed) -> Seal:
    """The contents of a filled field, as far as readable."""
    start, end = signed.container
    name = text_of(signed.signature.get("Name"))
    reason = text_of(signed.signature.get("Reason"))
    container, token_time = None, None
    printed = PrintedAct()
    try:
        container = containers.read(file.pdf[start:end])
        token = container if signed.kind == STAMP else container.token
        token_time = token.time if token else None
    except Exception:  # rule ``intact`` reports that it is unreadable, and why
        container = None
    try:
        if signed.kind == ACT:
            printed = act_in(file, signed.widget, signed.revision, name)
    except Exception:  # what is not printed in our form is ignored
        printed = PrintedAct()
    found = FoundSeal(
        signed.field,
        name,
        reason,
        token_time,
        printed.capacity,
        printed.signed_at,
        mandate_of=printed.mandate_of,
    )
    return Seal(signed, container, found)
