"""Everything is printed in its reader's language, down to the last word."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import cast

import pytest
from flask import Flask, render_template_string
from sample_agreements import agreement as sample
from sample_agreements import facts

from service import texts
from service.agreement.browsers import in_words as browser_in_words
from service.agreement.changes import What, change_in_words, of_roles
from service.agreement.deadlines import show_moment, show_moment_with_offset
from service.agreement.events import decline_reason, in_words
from service.agreement.evidence_sheet import sheet
from service.agreement.model import Agreement
from service.agreement.permissions import Role
from service.agreement.printed import context, preview_context, sample_context
from service.mail.compose import compose
from service.texts import OURS, Language
from service.web.pages import install

AT = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)


class _Other(StrEnum):
    XX = "xx"


XX = cast(Language, _Other.XX)


@pytest.fixture
def other_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second language: Dutch with a mark before every sentence and name."""
    shutil.copytree(texts.folder(OURS), tmp_path / "xx")
    for file in (tmp_path / "xx" / "texts").iterdir():
        words = file.read_text(encoding="utf-8")
        file.write_text(words.replace(' = "', ' = "~'), encoding="utf-8")
    (tmp_path / "nl").symlink_to(texts.folder(OURS))
    monkeypatch.setattr(texts, "TEMPLATES", tmp_path)


@pytest.mark.usefixtures("other_language")
def test_the_log_is_read_in_any_language() -> None:
    stored = {"place": "controller_agreement"}
    assert in_words("act.accepted", stored, XX).count("~") == 2
    assert in_words("agreement.extended", {"until": "2026-03-02"}, XX).endswith("2 ~maart 2026.")
    assert in_words("agreement.extended", {}, XX).endswith("«~onbekend».")
    assert decline_reason("content", "Te duur.", XX).startswith("~")
    assert (show_moment(AT, XX), show_moment_with_offset(AT, XX)) == (
        "2 ~maart 2026 ~om 14:05",
        "2 ~maart 2026 ~om 14:05:00 (+01:00)",
    )
    assert browser_in_words("", XX).startswith("~")


@pytest.mark.usefixtures("other_language")
def test_a_mail_is_written_in_the_language_of_its_reader() -> None:
    change = of_roles(What.GIVEN, [Role.SALES, Role.ADMIN])
    assert change_in_words(change.as_json(), XX) == "~Rol gekregen: ~Verkoop, ~Beheer."
    mail = compose(
        "account_changed",
        {
            "name": "An", "processor_name": "P", "contact_email": "a@b.be", "contact_phone": "",
            "about_name": "", "own": False, "changes": [change.as_json()], "by_name": "Els",
            "changed_at": AT.isoformat(), "link": "https://x.example",
        },
        XX,
    )  # fmt: skip
    for printed in ("~Onze gegevens", "~Rol gekregen: ~Verkoop, ~Beheer.", "2 ~maart 2026 ~om"):
        assert printed in mail.text
        assert printed in mail.html


@pytest.mark.usefixtures("other_language")
def test_a_page_shows_words_and_dates_of_its_language() -> None:
    app = Flask(__name__)
    install(app, XX)
    page = "{{ text('labels.at') }}|{{ day|datum }}|{{ at|moment }}|{{ at|geleden(at) }}"
    with app.test_request_context():
        shown = render_template_string(page, day=date(2026, 3, 2), at=AT)
    assert shown == "~om|2 ~maart 2026|2 ~maart 2026 ~om 14:05|~zojuist"


@pytest.mark.usefixtures("other_language")
def test_a_document_is_written_in_the_language_of_its_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Agreement, "language", XX)
    agreement = sample()
    printed = context(agreement, "1")
    assert all(each.startswith("~") for each in printed["services"])
    assert printed["controller"]["number_label"].startswith("~")
    assert sample_context(agreement, "1")["reference"].startswith("~")
    assert preview_context(agreement, "1")["services"] == printed["services"]
    proof = sheet(facts())
    assert proof["effective_date"] == "2 ~maart 2026"
    assert proof["seal"]["timestamp_quality"].startswith("~")
    assert all(each["role"].startswith("~") for each in proof["parties"])
    assert all(each.startswith("~") for each in proof["not_proven"] + proof["story"])
