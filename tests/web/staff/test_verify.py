"""The verify page and its answers for programs, on a sealed original in a real bucket."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from app_browser import Browser
from flask import Flask
from road import in_the_archive

from service.deps import Deps
from service.engines.process import wait_until
from service.workflow.keeping import verify


@pytest.fixture
def original(office: Browser, deps: Deps) -> tuple[str, bytes]:
    """A reference and the sealed original."""
    reference = in_the_archive(office, deps)
    return reference, office.get(f"/archief/{reference}/bestand/overeenkomst.pdf").data


def test_programs_get_the_findings_as_json(app: Flask, original: tuple[str, bytes]) -> None:
    reference, pdf = original
    browser = app.test_client()
    sent = browser.post("/api/verify?language=en", data=pdf, content_type="application/pdf")
    assert sent.status_code == 200
    told = sent.get_json()
    assert told["verdict"] == "genuine"
    assert told["sentence"].startswith("Genuine and unchanged")
    assert told["recorded"]["reference"] == told["agreement"]["reference"] == reference
    assert told["effective_date"] == told["recorded"]["effective_date"]
    assert {rule["state"] for rule in told["rules"]} == {"holds"}
    assert told["level"] == "PAdES B-LTA"
    assert "set-cookie" not in {name.lower() for name, _ in sent.headers}

    form = {"file": (io.BytesIO(pdf + b"\n"), "a.pdf")}
    told = browser.post("/api/verify", data=form).get_json()
    assert (told["verdict"], told["recorded"], told["agreement"]) == ("invalid", None, None)
    assert told["not_the_original_of"] == reference
    wrong = [rule for rule in told["rules"] if rule["state"] == "fails"]
    assert [(rule["rule"], rule["reason"]) for rule in wrong] == [
        ("ledger", "not_recorded"),
        ("closed", "not_the_end"),
    ]


@pytest.mark.parametrize(
    ("body", "said"), [(b"", "Vul dit in."), (b"GIF89a", "Dit is geen PDF-bestand en geen")]
)
def test_a_mistake_is_a_problem_that_names_the_field(app: Flask, body: bytes, said: str) -> None:
    answer = app.test_client().post("/api/verify", data=body, content_type="application/pdf")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    problem = answer.get_json()
    assert problem["status"] == 422
    (error,) = problem["errors"]
    assert error["field"] == "file"
    assert error["detail"].startswith(said)


def test_the_page_names_parties_and_date_and_says_what_is_wrong(
    app: Flask, original: tuple[str, bytes]
) -> None:
    reference, pdf = original
    visitor = Browser(app.test_client())
    visitor.get("/verifieer")
    visitor.post("/verifieer", {"file": (io.BytesIO(pdf), "o.pdf")})
    assert f"Verwerkersovereenkomst {reference} tussen" in visitor.page
    assert "van kracht sinds" in visitor.page
    assert "het origineel in ons archief" in visitor.page
    for changed, reason in (
        (pdf[:-60_000], "dit kan een vroegere toestand van het document zijn"),
        (pdf + b" ", "Er komt nog iets na het afsluitende tijdstempel."),
        (pdf.replace(b"/Name (An", b"/Name (Jo", 1), "De bytes zijn na het verzegelen gewijzigd."),
    ):
        visitor.post("/verifieer", {"file": (io.BytesIO(changed), "o.pdf")})
        assert reason in visitor.page
        assert f"Dit is niet het vastgelegde origineel van {reference}." in visitor.page
        assert "Error" not in visitor.page
        assert f"Verwerkersovereenkomst {reference}" not in visitor.page


def test_a_network_has_one_file_checked_at_a_time_and_ours_never_wait_for_others(
    app: Flask, original: tuple[str, bytes]
) -> None:
    _, pdf = original
    visitor = Browser(app.test_client())
    visitor.get("/verifieer")

    def checked(data: bytes, address: str) -> int:
        return (
            app.test_client()
            .post(
                "/api/verify",
                data=data,
                content_type="application/pdf",
                environ_base={"REMOTE_ADDR": address},
            )
            .status_code
        )

    with verify._STRANGE.turn(0, "192.0.2.1"), ExitStack() as waiting:
        # Two hostile files from other networks wait as well: all slots are taken.
        for number in (2, 3):
            waiting.enter_context(holds_a_place(f"192.0.2.{number}"))
        for address in ("192.0.2.1", "192.0.2.9"):
            assert checked(pdf + b"\n", address) == 503
        visitor.post("/verifieer", {"file": (io.BytesIO(pdf + b"\n"), "o.pdf")})
        assert visitor.status == 503
        assert "Er worden nu te veel bestanden gecontroleerd." in visitor.page
        assert visitor.answer
        assert visitor.answer.headers["Retry-After"] == "10"
        assert checked(pdf, "192.0.2.1") == 200  # an original is checked meanwhile
    assert wait_until(lambda: not verify._STRANGE._queue, seconds=60)  # both have been examined
    assert checked(pdf + b"\n", "192.0.2.1") == 200


@contextmanager
def holds_a_place(asker: str) -> Iterator[None]:
    """A request that waits until the block ends."""

    def wait() -> None:
        with verify._STRANGE.turn(60, asker):
            pass

    before = len(verify._STRANGE._queue)
    waiting = threading.Thread(target=wait)
    waiting.start()
    assert wait_until(lambda: len(verify._STRANGE._queue) > before, seconds=60)
    yield
