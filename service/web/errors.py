"""Converts errors to answers: one table, a page for people, problem+json (RFC 9457) for the API."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from service.errors import (
    Busy,
    GenerationFailed,
    Invalid,
    KeyReused,
    KeysUnusable,
    LinkUnusable,
    NotAllowed,
    NotFound,
    Refused,
    TooLate,
    TooMany,
    Unavailable,
    WrongState,
    ZegelError,
)
from service.texts import text
from service.web.context import client, deps
from service.workflow.people.staff_log import note_refusal
from storage.errors import (
    ObjectCorrupt,
    ObjectMissing,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)

# The first matching class decides, so specific classes come before general ones.
STATUSES: tuple[tuple[type[ZegelError], int], ...] = (
    (Invalid, 422),
    (NotAllowed, 403),
    (KeyReused, 409),
    (TooLate, 409),
    (WrongState, 409),
    (TooMany, 429),
    (Refused, 409),
    (NotFound, 404),
    (LinkUnusable, 410),
    (Unavailable, 503),
    (KeysUnusable, 503),
    (GenerationFailed, 500),
)
# The archive's errors. Their messages name keys and endpoints, so our own sentence is shown.
STORAGE: tuple[tuple[type[StorageError], int, str], ...] = (
    (StorageUnavailable, 503, "storage_unavailable"),
    (StorageRefused, 503, "storage_unavailable"),
    (ObjectMissing, 500, "storage_lost"),
    (ObjectCorrupt, 500, "storage_lost"),
    (StorageError, 500, "storage_lost"),
)
RETRY_SECONDS = 60
# There is a page for each of these; other statuses use the nearest.
PAGES = (400, 403, 404, 405, 409, 413, 429, 500, 503)
API_PATH = "/api/"


def status_of(error: ZegelError) -> int:
    """The HTTP status for one of our errors."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def install(app: Flask) -> None:
    """Answer every error of ``app`` with a page or, under ``/api/``, with problem+json."""
    app.register_error_handler(ZegelError, _of_ours)
    app.register_error_handler(StorageError, _of_storage)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def _of_ours(error: ZegelError) -> Response:
    status = status_of(error)
    if status >= 500 and not isinstance(error, Busy):
        current_app.logger.error("%s %s: %s", request.method, request.path, error.code)
    if isinstance(error, NotAllowed) and g.get("staff"):
        note_refusal(deps(), g.staff, request.endpoint or "", client())
    # Staff see the reason of a failed generation in the dossier; unusable keys name files of this
    # machine and concern only its operator.
    kept = isinstance(error, GenerationFailed | KeysUnusable)
    sentence = "" if kept else error.sentence()
    fields = error.by_field() if isinstance(error, Invalid) else {}
    response = answer(status, sentence, code=error.code, fields=fields)
    if error.wait_seconds:
        response.headers["Retry-After"] = str(error.wait_seconds)
    return response


def _of_storage(error: StorageError) -> Response:
    status, code = next((row[1], row[2]) for row in STORAGE if isinstance(error, row[0]))
    current_app.logger.error(
        "%s %s: %s: %s", request.method, request.path, type(error).__name__, error
    )
    response = answer(status, text(f"errors.{code}"), code=code, says_all=True)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _of_http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    # Only sentences of our own catalogue are shown, never the library's.
    sentence = text("errors.csrf") if error.description == "csrf" else ""
    response = answer(status, sentence, code="csrf" if sentence else "")
    if isinstance(getattr(error, "valid_methods", None), list | tuple | set):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _unexpected(error: Exception) -> Response:
    error_id = secrets.token_hex(4)
    current_app.logger.error(
        "error %s at %s %s", error_id, request.method, request.path, exc_info=error
    )
    return answer(500, "", error_id=error_id)


def answer(
    status: int,
    sentence: str,
    *,
    code: str = "",
    error_id: str = "",
    fields: Mapping[str, str] | None = None,
    says_all: bool = False,
) -> Response:
    """The answer to an error: a page, or problem+json under ``/api/``.

    ``fields`` names what was wrong with each field; a page shows this in its form. ``says_all``:
    the page shows only the sentence, without the advice for the status.
    """
    if request.path.startswith(API_PATH):
        return _problem(status, sentence, code, error_id, fields or {})
    shown = status if status in PAGES else _nearest(status)
    page = render_template(
        "error.html",
        status=shown,
        message=sentence,
        error_id=error_id,
        says_all=says_all,
        home_url="/" if g.get("staff") else "",
    )
    return make_response(page, status)


def _problem(
    status: int, sentence: str, code: str, error_id: str, fields: Mapping[str, str]
) -> Response:
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    more = {
        "detail": sentence,
        "code": code,
        "instance": error_id and f"urn:zegel:error:{error_id}",
        "errors": [{"field": name, "detail": said} for name, said in fields.items()],
    }
    response = jsonify(problem | {name: value for name, value in more.items() if value})
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _nearest(status: int) -> int:
    if status in (404, 410):
        return 404
    return 500 if status >= 500 else 400
