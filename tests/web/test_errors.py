"""Errors become answers: status, page or problem+json, without revealing internals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from service.error_codes import ErrorCode, FieldCode, StartCode
from service.error_words import words_of
from service.errors import (
    FieldError,
    GenerationFailed,
    Invalid,
    KeyReused,
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
from service.texts import OURS, catalogue, has_text, text
from service.web.errors import STORAGE
from service.web.statuses import STATUSES, documentation
from storage.errors import (
    ObjectCorrupt,
    ObjectMissing,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)

ERRORS = {
    "invalid": (Invalid([FieldError("name", FieldCode.REQUIRED)]), 422),
    "not-allowed": (NotAllowed(ErrorCode.NOT_ALLOWED), 403),
    "wrong-state": (
        WrongState(ErrorCode.WRONG_STATE, state="draft"),
        409,
    ),
    "too-late": (TooLate(ErrorCode.TOO_LATE, state="voided"), 409),
    "too-many": (TooMany(ErrorCode.SIGN_IN_LOCKED, minutes=15), 429),
    "refused": (Refused(ErrorCode.CHANGED), 409),
    "key-reused": (KeyReused(ErrorCode.KEY_REUSED, reference="VO-2026-00001"), 409),
    "not-found": (NotFound(ErrorCode.NOT_FOUND), 404),
    "link": (LinkUnusable("expired"), 410),
    "unavailable": (Unavailable(ErrorCode.UNAVAILABLE), 503),
    "generation": (GenerationFailed("secret reason", "secret detail"), 500),
    "archive-away": (StorageUnavailable("secret detail"), 503),
    "archive-refuses": (StorageRefused("secret detail"), 503),
    "archive-lost": (ObjectMissing("secret detail"), 500),
    "archive-changed": (ObjectCorrupt("secret detail", expected="a", found="b"), 500),
    "surprise": (RuntimeError("secret detail"), 500),
}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    def fail(name: str) -> str:
        raise ERRORS[name][0]

    app.add_url_rule("/fail/<name>", "fail", fail)
    app.add_url_rule("/api/fail/<name>", "api_fail", fail)
    app.add_url_rule("/http/<int:status>", "http", lambda status: abort(status))
    app.add_url_rule("/api/http/<int:status>", "api_http", lambda status: abort(status))
    app.testing = False
    return app.test_client()


@pytest.mark.parametrize("name", ERRORS)
def test_page(client: FlaskClient, name: str) -> None:
    error, status = ERRORS[name]
    answer = client.get(f"/fail/{name}")
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "secret" not in answer.text
    if isinstance(error, ZegelError) and status < 500:
        assert words_of(error) in answer.text


@pytest.mark.parametrize("name", ERRORS)
def test_problem(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/api/fail/{name}")
    problem = json.loads(answer.data)
    assert answer.mimetype == "application/problem+json"
    assert problem["status"] == answer.status_code == ERRORS[name][1]
    assert "secret" not in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_http_errors(client: FlaskClient, status: int) -> None:
    assert client.get(f"/http/{status}").status_code == status
    assert client.get(f"/api/http/{status}").mimetype == "application/problem+json"


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.delete("/fail/link", headers={"Origin": "http://localhost"})
    assert answer.status_code in (400, 405)
    assert "GET" in client.options("/fail/link").headers["Allow"]


def test_too_many_says_when_to_come_back(client: FlaskClient) -> None:
    assert client.get("/fail/too-many").headers["Retry-After"] == "900"


def test_a_surprise_has_a_number_that_stands_in_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/fail/surprise")
    (record,) = [record for record in caplog.records if record.exc_info]
    assert "secret detail" in caplog.text
    assert record.getMessage().split()[1] != ""


def test_a_program_is_told_which_field_is_wrong_by_code(client: FlaskClient) -> None:
    problem = client.get("/api/fail/invalid").get_json()
    assert problem["code"] == "invalid"
    assert problem["errors"] == [
        {"field": "name", "code": "required", "detail": text("errors.required", OURS)}
    ]


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    assert {*ErrorCode, *FieldCode} == set(catalogue("errors", OURS))
    assert all(has_text(each, OURS) for each in StartCode)


def test_every_code_has_a_status() -> None:
    assert set(STATUSES) == set(ErrorCode)
    assert {status for _, status in ERRORS.values()} <= {*STATUSES.values()}


def test_the_page_for_programs_lists_every_code() -> None:
    page = Path(__file__).parents[2] / "docs" / "errors.md"
    assert page.read_text(encoding="utf-8") == documentation(), "run `make docs` and commit it"


@pytest.mark.parametrize("name", [name for name in ERRORS if name.startswith("archive-")])
def test_what_the_archive_does_not_give_is_said_and_nothing_promised(
    client: FlaskClient, name: str
) -> None:
    error, status = ERRORS[name]
    code = next(code for kind, code in STORAGE if isinstance(error, kind))
    page = client.get(f"/fail/{name}")
    assert text(f"errors.{code}", OURS) in page.text
    assert "veilig" not in page.text
    assert page.headers.get("Retry-After") == ("60" if status == 503 else None)
    problem = client.get(f"/api/fail/{name}")
    assert (problem.status_code, json.loads(problem.text)["code"]) == (status, code)


def test_every_error_of_the_archive_has_an_answer() -> None:
    def all_kinds(kind: type[StorageError]) -> set[type[StorageError]]:
        return {kind}.union(*(all_kinds(each) for each in kind.__subclasses__()))

    for kind in all_kinds(StorageError):
        assert any(issubclass(kind, row[0]) for row in STORAGE), kind
