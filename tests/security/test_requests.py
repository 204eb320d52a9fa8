"""Every route against hostile addresses and forms, wrong roles, other hosts and false proxies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app_browser import Browser
from attack import everything, link_of, sent
from flask import Flask
from office import make_deps, rows
from werkzeug.routing import Rule

from service.agreement.permissions import PERMISSIONS, Permission, Role
from service.app import create_app
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.engines import ObjectStoreAddress
from service.web.context import client as client_of_request
from service.web.context import policy_of

HOSTILE = (
    "%00",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%7B%7B7*7%7D%7D",
    "%F0%9F%98%80",
    "%ED%A0%80",
    "'%20or%201=1--",
    "%0d%0aX-Evil:%201",
    "x" * 2000,
)
FIELDS = ("zoek", "na", "groep", "van", "tot", "status", "melding", "verder", "gevraagd")


def paths(rule: Rule, value: str) -> str:
    """The address of this route with ``value`` in it, where a value can be anything."""
    first_of_some = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
    return re.sub(r"<[^>]+>", lambda found: "1" if "int:" in found[0] else value, first_of_some)


def routes(app: Flask, method: str) -> Iterator[Rule]:
    yield from (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))


@pytest.mark.long
def test_no_address_breaks_a_page(app: Flask, office: Browser) -> None:
    for rule in routes(app, "GET"):
        for value in HOSTILE if "<" in rule.rule else ("",):
            answer = office.get(paths(rule, value), follow=False)
            assert answer.status_code < 500, (rule.rule, value)
            assert b"<script>alert" not in answer.data
            assert "X-Evil" not in answer.headers
            assert b"root:" not in answer.data


@pytest.mark.long
def test_no_query_breaks_a_page(office: Browser) -> None:
    ends = (
        "0001-01-01T00:00:00%2B12:00|00000000-0000-0000-0000-000000000000",
        "9999-12-31T23:59:59-12:00|00000000-0000-0000-0000-000000000000",
        "2026-01-01T00:00:00%2B00:00|------------------------------------",
    )
    queries = [  # the pages that use most of these; the others get all at once
        *((path, (name,)) for path in ("/overeenkomsten", "/archief") for name in FIELDS),
        *((path, FIELDS) for path in ("/aanmelden", "/verifieer")),
    ]
    for path, names in queries:
        for value in (*HOSTILE, *ends, ":*%26!()'|<->\\"):
            query = "&".join(f"{name}={value}" for name in names)
            answer = office.get(f"{path}?{query}", follow=False)
            assert answer.status_code < 500, (path, names, value)
            assert "<script>alert" not in answer.text


def test_no_form_breaks_a_page(app: Flask, deps: Deps, office: Browser) -> None:
    reference = sent(deps)
    names = (
        "name",
        "email",
        "password",
        "zoek",
        "function",
        "reason",
        "number",
        "link_days",
        "key",
    )
    for rule in routes(app, "POST"):
        if rule.endpoint in ("staff.sign_out", "staff.start_session"):
            continue
        office.get("/overeenkomsten/nieuw")
        for value in ("a\0b", "\ud800", "{{7*7}}", "\r\nBcc: x@evil.example", "9" * 5000):
            given = {name: value.encode("utf-8", "surrogatepass") for name in names}
            path = paths(rule, reference)
            answer = office.client.post(
                path, data={**given, "csrf_token": office.value("csrf_token")}
            )
            assert answer.status_code < 500, (rule.rule, value)


def test_every_staff_route_refuses_every_role_without_its_permission(
    app: Flask, deps: Deps, as_role: Callable[[Role], Browser]
) -> None:
    reference = sent(deps)
    checked = 0
    for role in Role:
        browser = as_role(role)
        browser.get("/account")
        token = browser.value("csrf_token")
        for rule in app.url_map.iter_rules():
            policy = policy_of(app.view_functions[rule.endpoint])
            if policy is None or policy.kind != "staff" or not policy.detail:
                continue
            if role in PERMISSIONS[Permission(policy.detail)]:
                continue
            for method in {"GET", "POST"} & set(rule.methods or ()):
                answer = browser.client.open(
                    paths(rule, reference), method=method, data={"csrf_token": token}
                )
                assert answer.status_code == 403, (role, method, rule.rule)
                checked += 1
    assert checked > 50


def test_without_a_session_no_staff_or_signer_route_answers(app: Flask) -> None:
    browser = Browser(app.test_client())
    browser.get("/aanmelden")
    token = browser.value("csrf_token")
    for rule in app.url_map.iter_rules():
        policy = policy_of(app.view_functions[rule.endpoint])
        if policy is None or policy.kind == "public":
            continue
        for method in {"GET", "POST"} & set(rule.methods or ()):
            answer = browser.client.open(
                paths(rule, "x"), method=method, data={"csrf_token": token}
            )
            # /tekenen is in this list too, and refuses
            onward = (answer.location or "").startswith(("/aanmelden", "/tekenen"))
            knows_nothing = answer.get_json(silent=True) == {"state": "unknown"}
            refused = answer.status_code in (400, 403, 404)
            assert onward or refused or knows_nothing, (method, rule.rule)


def test_a_mail_scanner_changes_nothing(app: Flask, deps: Deps, office: Browser) -> None:
    link = link_of(deps, sent(deps))
    before = everything(deps)
    scanner = app.test_client()
    for path in (link, f"{link}?gevraagd=ja", f"{link}/nieuwe-link", "/tekenen", "/privacy"):
        scanner.get(path)
        scanner.head(path)
        scanner.options(path)
    assert everything(deps) == before


@pytest.fixture
def behind_proxy(
    database_url: str,
    tmp_path: Path,
    keys: Path,
    object_store: ObjectStoreAddress,
    maker: DocumentMaker,
) -> Iterator[Deps]:
    with make_deps(
        database_url, tmp_path, keys, object_store, maker, base_url="https://zegel.example"
    ) as made:
        yield made


@pytest.mark.parametrize("hops", [0, 1])
def test_only_a_proxy_of_ours_is_believed(behind_proxy: Deps, hops: int) -> None:
    object.__setattr__(behind_proxy.settings, "trusted_proxies", hops)
    app = create_app(behind_proxy)
    seen: list[str] = []

    @app.before_request
    def note() -> None:
        seen.append(client_of_request().ip)

    client = app.test_client()
    forwarded = {
        "X-Forwarded-For": "6.6.6.6, 203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "zegel.example",
    }
    inside = client.get("/aanmelden", base_url="http://web:8000", headers=forwarded)
    assert inside.status_code == (200 if hops else 400)
    if hops:
        assert seen[-1] == "203.0.113.7"
        cookie = inside.headers["Set-Cookie"]
        assert cookie.startswith("__Host-zegel-browser=")
        assert "Secure" in cookie
    lied = {**forwarded, "X-Forwarded-Host": "evil.example"}
    direct = client.get("/aanmelden", base_url="https://zegel.example", headers=lied)
    assert direct.status_code == (400 if hops else 200)
    assert rows(behind_proxy, "select count(*) from staff_sessions") == [(0,)]


def test_outside_development_there_is_no_mailbox(behind_proxy: Deps) -> None:
    object.__setattr__(behind_proxy.settings, "mode", "production")
    client = create_app(behind_proxy).test_client()
    for path in ("/mailbox", "/mailbox/1", "/mailbox/1/html", "/mailbox/1/bijlage/1"):
        answer = client.get(path, base_url="https://zegel.example")
        assert answer.status_code == 404
