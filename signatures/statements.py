"""The sentences a signer agrees to. Their words live in the catalogue of whoever uses this."""

from dataclasses import dataclass

from signatures.canonical import canonical_json, sha256_hex


@dataclass(frozen=True)
class Statement:
    """One statement, word for word as it was shown, with the version of its text."""

    id: str
    version: str
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the canonical JSON of id, version and text."""
        return sha256_hex(canonical_json(self.as_record()))

    def as_record(self) -> dict[str, str]:
        """The plain form that goes into records of evidence."""
        return {"id": self.id, "version": self.version, "text": self.text}
