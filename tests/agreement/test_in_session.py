"""What a browser prepared is restored unchanged, even in the former version's format."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from service.agreement.in_session import Colleague, Prepared

AT = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)


def test_a_prepared_signature_comes_back() -> None:
    prepared = Prepared("typed", "An Peeters", None, "caveat", document_sha256="ab", at=AT)
    assert Prepared.from_kept(prepared.kept(), None) == prepared
    drawn = replace(prepared, method="drawn", typed="", face="", image=b"png")
    assert Prepared.from_kept(drawn.kept(), b"png") == drawn


def test_one_from_before_there_were_faces_has_none() -> None:
    kept = {
        "document_sha256": "ab",
        "method": "typed",
        "typed": "An Peeters",
        "prepared_at": "2026-03-02T13:05:00+00:00",
    }
    assert Prepared.from_kept(kept, None) == Prepared(
        "typed", "An Peeters", None, "", document_sha256="ab", at=AT
    )


def test_a_colleague_comes_back() -> None:
    jan = Colleague("Jan Claes", "jan@x.example", "Bestuurder", "Kan jij dit doen?")
    assert Colleague(**jan.kept()) == jan
    assert (jan.signatory.name, jan.signatory.email) == (jan.name, jan.email)
