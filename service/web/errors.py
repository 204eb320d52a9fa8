"""Converts errors to pages, or to problem+json (RFC 9457) for the API."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from service.error_codes import ErrorCode
from service.error_words import words_of
from service.errors import (
    Busy,
    FieldError,
    GenerationFailed,
    Invalid,
    KeysUnusable,
    NotAllowed,
    ZegelError,
)
from service.texts import OURS, text
from service.web.context import client, deps
from service.web.statuses import STATUSES
from service.workflow.people.staff_log import note_refusal
from storage.errors import StorageError, StorageRefused, StorageUnavailable

# The first matching class decides. The errors' messages name keys and endpoints, so our own
# sentence is
# shown.
STORAGE: tuple[tuple[type[StorageError], ErrorCode], ...] = (
    (StorageUnavailable, ErrorCode.STORAGE_UNAVAILABLE),
    (StorageRefused, ErrorCode.STORAGE_UNAVAILABLE),
    (StorageError, ErrorCode.STORAGE_LOST),
)
RETRY_SECONDS = 60
# Other statuses use the nearest of these pages.
PAGES = (400, 403, 404, 405, 409, 413, 429, 500, 503)
API_PATH = "/api/"


def status_of(error: ZegelError) -> int:
    return STATUSES.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)


def install(app: Flask) -> None:
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
    # Staff see in the dossier why a generation failed; unusable keys concern only the operator.
    kept = isinstance(error, GenerationFailed | KeysUnusable)
    sentence = "" if kept else words_of(error)
    wrong = error.errors if isinstance(error, Invalid) else ()
    response = answer(status, sentence, code=error.code, wrong=wrong)
    if error.wait_seconds:
        response.headers["Retry-After"] = str(error.wait_seconds)
    return response


def _of_storage(error: StorageError) -> Response:
    code = next(code for kind, code in STORAGE if isinstance(error, kind))
    status = STATUSES[code]
    current_app.logger.error(
        "%s %s: %s: %s", request.method, request.path, type(error).__name__, error
    )
    response = answer(status, text(f"errors.{code}", OURS), code=code, says_all=True)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _of_http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    # Only sentences of our own catalogue, never the library's.
    code = ErrorCode.CSRF if error.description == ErrorCode.CSRF else ""
    response = answer(status, text(f"errors.{code}", OURS) if code else "", code=code)
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
    wrong: Sequence[FieldError] = (),
    says_all: bool = False,
) -> Response:
    """A page, or problem+json under ``/api/``.

    ``wrong`` are the fields' errors, which a page shows in its form. ``says_all`` leaves out the
    page's advice for the status.
    """
    if request.path.startswith(API_PATH):
        return _problem(status, sentence, code, error_id, wrong)
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
    status: int, sentence: str, code: str, error_id: str, wrong: Sequence[FieldError]
) -> Response:
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    more = {
        "detail": sentence,
        "code": code,
        "instance": error_id and f"urn:zegel:error:{error_id}",
        "errors": [
            {"field": each.field, "code": each.code, "detail": words_of(each)} for each in wrong
        ],
    }
    response = jsonify(problem | {name: value for name, value in more.items() if value})
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _nearest(status: int) -> int:
    if status in (404, 410):
        return 404
    return 500 if status >= 500 else 400
