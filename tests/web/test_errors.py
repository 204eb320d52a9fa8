"""Errors become answers: status, page or problem+json, and nothing that betrays the inside."""

from __future__ import annotations

import json

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

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
from service.texts import text
from service.web.errors import STATUSES, STORAGE, status_of
from storage.errors import (
    ObjectCorrupt,
    ObjectMissing,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)

ERRORS = {
    "invalid": (Invalid([FieldError("name", "required")]), 422),
    "not-allowed": (NotAllowed("not_allowed"), 403),
    "wrong-state": (
        WrongState("wrong_state", because="deze overeenkomst is nog een concept."),
        409,
    ),
    "too-late": (TooLate("too_late", because="deze overeenkomst is ingetrokken."), 409),
    "too-many": (TooMany("sign_in_locked", minutes=15), 429),
    "refused": (Refused("changed"), 409),
    "key-reused": (KeyReused("key_reused", reference="VO-2026-00001"), 409),
    "not-found": (NotFound("not_found"), 404),
    "link": (LinkUnusable("expired"), 410),
    "unavailable": (Unavailable("unavailable"), 503),
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
        assert error.sentence() in answer.text


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


def test_every_kind_of_error_has_its_own_status() -> None:
    named = {kind for kind, _ in STATUSES}
    kinds = set(ZegelError.__subclasses__()) | set(Refused.__subclasses__())
    ours = {kind for kind in kinds if kind.__module__ == "service.errors"}
    assert ours <= named | {WrongState}
    assert status_of(ZegelError("not_found")) == 500


@pytest.mark.parametrize("name", [name for name in ERRORS if name.startswith("archive-")])
def test_what_the_archive_does_not_give_is_said_and_nothing_promised(
    client: FlaskClient, name: str
) -> None:
    error, status = ERRORS[name]
    code = next(row[2] for row in STORAGE if isinstance(error, row[0]))
    page = client.get(f"/fail/{name}")
    assert text(f"errors.{code}") in page.text
    assert "veilig" not in page.text
    assert page.headers.get("Retry-After") == ("60" if status == 503 else None)
    problem = client.get(f"/api/fail/{name}")
    assert (problem.status_code, json.loads(problem.text)["code"]) == (status, code)


def test_every_error_of_the_archive_has_an_answer() -> None:
    def all_kinds(kind: type[StorageError]) -> set[type[StorageError]]:
        return {kind}.union(*(all_kinds(each) for each in kind.__subclasses__()))

    for kind in all_kinds(StorageError):
        assert any(issubclass(kind, row[0]) for row in STORAGE), kind
