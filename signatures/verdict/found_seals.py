"""Each filled field of a file, with what its container holds and its appearance says."""

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
    """One filled field with what its container holds; None where that cannot be read."""

    signed: Signed
    container: Container | None
    found: FoundSeal

    @property
    def covered(self) -> tuple[int, int]:
        """Where the container begins and ends, of which the seal covers all the rest."""
        return self.signed.container


def read_seal(file: Revisions, signed: Signed) -> Seal:
    """What a filled field holds; nothing that cannot be read keeps the rest from being said."""
    start, end = signed.container
    name = text_of(signed.signature.get("Name"))
    reason = text_of(signed.signature.get("Reason"))
    container, token_time = None, None
    printed = PrintedAct()
    try:
        container = containers.read(file.pdf[start:end])
        token = container if signed.kind == STAMP else container.token
        token_time = token.time if token else None
    except Exception:  # rule ``intact`` says that it cannot be read, and why
        container = None
    try:
        if signed.kind == ACT:
            printed = act_in(file, signed.widget, signed.revision, name)
    except Exception:  # what is not printed as we print it, says nothing
        printed = PrintedAct()
    found = FoundSeal(signed.field, name, reason, token_time, printed.capacity, printed.signed_at)
    return Seal(signed, container, found)
