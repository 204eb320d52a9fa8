"""The pages of the processor's own people, one file per part of their work."""

from service.web.staff import (
    account,
    agreements,
    countersign,
    documents,
    keys,
    operations,
    people,
    profile,
    questions,
    sending,
)
from service.web.staff.blueprint import blueprint

__all__ = [
    "account",
    "agreements",
    "blueprint",
    "countersign",
    "documents",
    "keys",
    "operations",
    "people",
    "profile",
    "questions",
    "sending",
]
