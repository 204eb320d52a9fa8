"""Fills in the forms of a page as a person does, sends them, and checks what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import MultiDict

HOME = "http://localhost"
SECRET = "nooit-te-bewaren"
# No field accepts a character that reverses the following text.
REFUSED = "\u202e"
TYPED = ("text", "email", "tel", "search", "number", "date")


@dataclass
class Filled:
    """A filled form: its address, everything it sends, and the part that was typed."""

    action: str
    sent: MultiDict[str, str] = field(default_factory=MultiDict)
    typed: list[tuple[str, str]] = field(default_factory=list)
    asks: bool = False  # it has input fields: it is more than a button


def forms(page: str, here: str) -> list[Any]:
    """The forms that change something, with their address."""
    found = []
    for form in html.fromstring(page).xpath("//form[@method='post']"):
        form.set("action", form.get("action") or here)
        found.append(form)
    return found


def fill(form: Any, beginning: str) -> Filled:
    """Type ``beginning`` and the field's name in each field, tick each box, take each first
    choice."""
    filled, radios = Filled(form.get("action")), set[str]()
    for control in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        name, kind = control.get("name"), control.get("type", "text")
        if control.get("readonly") is not None:  # tells a password manager whose password it is
            continue
        if control.get("tabindex") == "-1":  # not for people
            continue
        value = control.get("value", "")
        filled.asks |= kind != "hidden"
        if control.tag == "select":
            value = control.value or ""
        elif control.tag == "textarea" or kind in TYPED:
            value = f"{beginning}{name}"[: int(control.get("maxlength", 2000))]
        elif kind == "password":
            value = f"{SECRET}-{name}"  # twice different: always a mistake
        elif kind == "radio":
            if name in radios or not value:  # lxml reads an empty one as "on"
                continue
            radios.add(name)
        elif kind == "file":
            continue
        filled.sent.add(name, value)
        if kind not in ("hidden", "password") and control.get("autocomplete") != "one-time-code":
            filled.typed.append((name, value))
    return filled


def shown(page: str, action: str) -> list[tuple[str, str]]:
    """The values in the form with this address as shown."""
    held = []
    for form in html.fromstring(page).xpath("//form[@method='post']"):
        if _bare(form.get("action") or "") == _bare(action):
            held += [(name, value or "") for name, value in form.form_values()]
    return held


def walk(app: Flask, client: FlaskClient, path: str) -> set[str]:
    """Send each form of this page with mistakes, and with an expired token; return their endpoints.

    Each must come back by a redirect to a page with the input and an explanation.
    """
    answered = set()
    page = client.get(path, follow_redirects=True)
    assert page.status_code in (200, 202), path
    for form in forms(page.text, page.request.path):
        filled = fill(form, REFUSED)
        endpoint = app.url_map.bind("").match(_bare(filled.action), method="POST")[0]
        if endpoint not in ("staff.sign_out", "sign.leave"):
            _comes_back_old(client, form)
        if filled.asks:
            _comes_back_wrong(client, filled)
        answered.add(endpoint)
    return answered


def _comes_back_wrong(client: FlaskClient, filled: Filled) -> None:
    answer = client.post(filled.action, data=filled.sent)
    assert answer.status_code == 303, (filled.action, answer.status_code)
    again = client.get(answer.location)
    assert again.status_code == 422, (filled.action, answer.location)
    assert "data-error-summary" in again.text, filled.action
    _holds(again.text, filled)
    _lists_mistakes_in_order(again.text, filled)


def _lists_mistakes_in_order(page: str, filled: Filled) -> None:
    """As WCAG 2.2 technique G139 recommends for moving to each mistake: from top to bottom."""
    whole = html.fromstring(page)
    order = {each.get("id"): place for place, each in enumerate(whole.iter()) if each.get("id")}
    links = whole.xpath("//*[@data-error-summary]//a/@href")
    places = [order[link.removeprefix("#")] for link in links]
    assert places == sorted(places), (filled.action, links)


def _comes_back_old(client: FlaskClient, form: Any) -> None:
    filled = fill(form, "Voorbeeld ")
    filled.sent["csrf_token"] = "oud.token"
    answer = client.post(filled.action, data=filled.sent, headers={"Origin": HOME})
    assert answer.status_code == 303, (filled.action, answer.status_code)
    again = client.get(answer.location, follow_redirects=True)
    assert "te oud om te versturen" in again.text, filled.action
    if filled.typed:
        _holds(again.text, filled)


def _holds(page: str, filled: Filled) -> None:
    held = shown(page, filled.action)
    lost = [each for each in filled.typed if each not in held]
    assert not lost, (filled.action, lost)
    assert SECRET not in page
    assert "oud.token" not in page


def _bare(address: str) -> str:
    return address.partition("?")[0]
