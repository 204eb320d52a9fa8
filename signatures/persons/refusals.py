"""Explains to a person why a signature with their own key was refused."""

from __future__ import annotations

from signatures.errors import CertificateRefused, ReplyRefused, SigningServiceError, UploadRefused
from signatures.texts import words

Refusal = UploadRefused | CertificateRefused | ReplyRefused | SigningServiceError


def refusal_sentence(refusal: Refusal, language: str = "nl") -> str:
    """The reason; a program's additions are explained in the report's words."""
    catalogue = words(language)
    if isinstance(refusal, CertificateRefused):
        return str(catalogue["certificate"][refusal.code])
    if isinstance(refusal, UploadRefused):
        return str(catalogue["upload"].get(refusal.code) or catalogue["reason"][refusal.code])
    return str(catalogue["reply"][type(refusal).__name__])
