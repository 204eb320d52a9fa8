"""Caches expensive, repeatable results, computed once per worker of the test run.

Most tests begin with the same agreement, and LibreOffice is their most expensive part. The maker
has a cache, which works if documents have the same date. Tests of the documents themselves use
their own makers.

The second verdict on an agreement and its sheet takes two seconds, and many archive tests need it
for the same bytes (``snapshots``). Tests of that verdict compute it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from once import bytes_made_once

from service.agreement.model import Agreement
from service.agreement.template_version import TemplateVersion
from service.deps import Deps
from service.documents.fill import CompiledTemplate
from service.documents.produce import DocumentMaker, ProducedDocument
from service.workflow.keeping.examine import objection_to
from signatures.chains.certificates import new_key
from signatures.keys import authority, rotation
from signatures.keys.key_files import key_pem

DATED = datetime(2026, 3, 2, 9, tzinfo=UTC)


class RememberingMaker(DocumentMaker):
    """A maker that gives every agreement the same date, so that its cache has those made before,
    and ``kept`` those made by other workers."""

    def __init__(self, templates: Path, kept: Path) -> None:
        super().__init__(templates, workers=1)
        self._kept = kept
        kept.mkdir(exist_ok=True)

    def _make_agreement(
        self,
        compiled: CompiledTemplate,
        context: Mapping[str, Any],
        order: tuple[str, ...],
        dated: datetime,
        *,
        preview: bool,
    ) -> ProducedDocument:
        said = [compiled.template.sha256, dict(context), list(order), dated.isoformat(), preview]
        asked = rfc8785.dumps(said)
        file = self._kept / hashlib.sha256(asked).hexdigest()
        if file.exists():
            found: ProducedDocument = pickle.loads(file.read_bytes())
            return found
        made = super()._make_agreement(compiled, context, order, dated, preview=preview)
        whole = file.with_suffix(f".{os.getpid()}")
        whole.write_bytes(pickle.dumps(made))
        whole.replace(file)
        return made

    def agreement(
        self,
        template: TemplateVersion,
        context: Mapping[str, Any],
        *,
        fields: Sequence[str],
        dated: datetime,
        preview: bool = False,
    ) -> ProducedDocument:
        """The same document, with another date in its properties."""
        return super().agreement(template, context, fields=fields, dated=DATED, preview=preview)


@cache
def numbered_key(run_directory: Path, number: int) -> rsa.RSAPrivateKey:
    """A key for an authority, different for each number, and the same for all workers of the run.

    Generating one takes a quarter of a second.
    """
    pem = bytes_made_once(run_directory / f"key-{number}.pem", lambda: key_pem(new_key(), None))
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def use_keys_of_the_run(patch: pytest.MonkeyPatch, run_directory: Path, *, first: int) -> None:
    """New authorities and certificates get the keys with these numbers, one after the other."""
    numbers = count(first)
    for module in (authority, rotation):
        patch.setattr(module, "new_key", lambda: numbered_key(run_directory, next(numbers)))


_OBJECTIONS: dict[tuple[bytes, ...], str] = {}


def remembered_objection(deps: Deps, agreement: Agreement, of: str, pdf: bytes) -> str:
    """The cached result of ``objection_to`` for these bytes under these roots."""
    asked = (hashlib.sha256(pdf).digest(), *(root.signature for root in deps.authority().roots))
    if asked not in _OBJECTIONS:
        _OBJECTIONS[asked] = objection_to(deps, agreement, of, pdf)
    return _OBJECTIONS[asked]
