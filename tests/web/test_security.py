"""Host, origin, forged forms, headers, cookies, sizes, and what a log may contain."""

from __future__ import annotations

import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sample_app import make_flask, make_sample_app

from service.agreement.capabilities import token_for
from service.web import pages, security
from service.web.log_masking import MaskTokens, mask

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
ASK = "/tekenen/vraag"


def token_of(client: FlaskClient, path: str = "/tekenen/pages/sign-ask") -> str:
    found = TOKEN.search(client.get(path).text)
    assert found
    return found[1]


def test_a_form_from_our_own_page_is_taken(app: Flask) -> None:
    client = app.test_client()
    data = {"csrf_token": token_of(client), "question": "?"}
    same = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post(ASK, data=data, headers=same).status_code == 200
    assert client.post(ASK, data=data, headers={"Origin": "null"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
    ],
)
def test_a_form_from_elsewhere_is_refused(app: Flask, headers: dict[str, str]) -> None:
    client = app.test_client()
    data = {"csrf_token": token_of(client)}
    assert client.post(ASK, data=data, headers=headers).status_code == 400


@pytest.mark.parametrize("forged", ["", "x", "x.y", ".", "é.é"])
def test_a_forged_token_is_refused_with_a_sentence(app: Flask, forged: str) -> None:
    client = app.test_client()
    token_of(client)
    answer = client.post(ASK, data={"csrf_token": forged})
    assert answer.status_code == 400
    assert "Laad de pagina opnieuw" in answer.text


def test_a_token_of_another_browser_is_refused(app: Flask) -> None:
    stolen = token_of(app.test_client())
    other = app.test_client()
    token_of(other)
    assert other.post(ASK, data={"csrf_token": stolen}).status_code == 400


def test_a_token_dies_with_the_session_it_was_made_in(app: Flask) -> None:
    client = app.test_client()
    token = token_of(client)
    client.set_cookie("zegel-staff", "s")
    assert client.post(ASK, data={"csrf_token": token}).status_code == 200
    client.set_cookie("zegel-signer", "s")
    assert client.post(ASK, data={"csrf_token": token}).status_code == 400


def test_only_our_host_is_answered(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/pages/error-404", base_url="http://evil.example").status_code == 400
    assert client.get("/healthz", base_url="http://10.0.0.7").status_code == 404


def test_localhost_is_sent_to_the_address_that_has_the_cookies() -> None:
    client = make_sample_app("http://127.0.0.1:8000").test_client()
    answer = client.get("/pages/error-404?a=b", base_url="http://localhost:8000")
    assert (answer.status_code, answer.location) == (
        302,
        "http://127.0.0.1:8000/pages/error-404?a=b",
    )
    assert client.post(ASK, base_url="http://localhost:8000").status_code == 400


@pytest.mark.parametrize("path", ["/pages/error-404", "/nergens", "/static/zegel.svg", ASK])
def test_every_answer_has_the_headers(app: Flask, path: str) -> None:
    answer = app.test_client().post(path) if path == ASK else app.test_client().get(path)
    for name in security.HEADERS:
        assert name in answer.headers, name
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    if path.startswith("/static/"):
        assert "immutable" in answer.headers["Cache-Control"]
    else:
        assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.headers["Referrer-Policy"] == "no-referrer") == path.startswith("/tekenen/")
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["base.css", "zegel.js", "zegel-text-1.woff2"])
def test_a_part_of_a_page_has_the_headers_that_mean_something_for_it(app: Flask, path: str) -> None:
    answer = app.test_client().get(f"/static/{path}")
    sent = {name for name in security.HEADERS if name in answer.headers}
    assert sent == {"X-Content-Type-Options", "Cross-Origin-Resource-Policy"}
    assert "immutable" in answer.headers["Cache-Control"]


def test_over_tls_cookies_are_bound_to_the_host() -> None:
    app = make_sample_app("https://zegel.example")
    answer = app.test_client().get("/tekenen/pages/sign-ask", base_url="https://zegel.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-zegel-browser=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_large_body_is_refused_except_where_it_is_expected() -> None:
    app = make_flask("limits")
    security.protect(app, base_url="http://localhost", secret_key=b"k" * 32)

    @app.post("/klein")
    @security.without_cookies
    def small() -> str:
        return security.request.get_data(as_text=True)[:1]

    @app.post("/groot")
    @security.without_cookies
    @security.body_limit(1024 * 1024)
    def large() -> str:
        return security.request.get_data(as_text=True)[:1]

    client = app.test_client()
    body = b"x" * 300 * 1024
    assert client.post("/klein", data=body).status_code == 413
    assert client.post("/groot", data=body).status_code == 200


def test_a_static_file_has_a_lasting_address_that_changes_with_it(app: Flask) -> None:
    with app.test_request_context("/"):
        address = pages.static_url("base.css")
    assert re.fullmatch(r"/static/base\.css\?v=[0-9a-f]{12}", address)


def test_tokens_never_reach_a_log() -> None:
    token = token_for(b"k" * 32, "link")
    assert token not in mask(f"GET /tekenen/link/{token}?x=1 HTTP/1.1")
    assert mask("GET /tekenen/link/anders/nieuwe-link") == "GET /tekenen/link/zegel_…/nieuwe-link"
    record = logging.LogRecord(
        "a", logging.INFO, "f", 1, "%s %s", (f"/tekenen/link/{token}", ValueError(token)), None
    )
    assert MaskTokens().filter(record)
    assert token not in record.getMessage()
    try:
        raise ValueError(token)
    except ValueError as error:
        failed = logging.LogRecord(
            "a", logging.ERROR, "f", 1, "x", None, (type(error), error, error.__traceback__)
        )
    MaskTokens().filter(failed)
    assert token not in logging.Formatter().format(failed)


def test_a_browser_can_send_our_forms(browser: Browser, site: str) -> None:
    """With the policy no-referrer a browser sends the origin "null"; it must still get through."""
    page = browser.new_page()
    page.goto(f"{site}/tekenen/pages/sign-ask")
    page.fill("textarea", "Mag dit?")
    with page.expect_response("**/tekenen/vraag") as sent:
        page.click("main button")
    assert sent.value.status == 200
    page.close()
