"""The sentences a signer agrees to. The caller's catalogue holds their text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """One statement as it was shown, with the version of its text."""

    id: str
    version: str
    text: str
