"""A PDF as an answer."""

from __future__ import annotations

from flask import Response


def pdf_answer(pdf: bytes, name: str) -> Response:
    """A PDF to save under ``name`` (RFC 6266)."""
    response = Response(pdf, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
