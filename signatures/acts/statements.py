"""The sentences a signer agrees to. Their words live in the catalogue of whoever uses this."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """One statement, word for word as it was shown, with the version of its text."""

    id: str
    version: str
    text: str
