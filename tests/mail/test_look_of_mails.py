"""Mails to customers show the processor's look; the rest of each mail stays ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from markupsafe import escape

from service.agreement.colours import ZEGEL
from service.agreement.look import FOR_CUSTOMERS, INTRODUCED, INTRODUCED_AS, PLAIN, Look
from service.mail.compose import MAIL_KINDS, compose
from service.mail.errors import MailInvalid
from service.texts import OURS

SEVERAL = "Slagerij <Maes> en Optiek Claes"
LOOK = Look(
    accent="#7b2cbf",
    signature_line="Team <contracten>",
    introductions=dict.fromkeys(
        MAIL_KINDS - INTRODUCED_AS.keys(), "Voor {organisatie}:\nwelkom & dag.\n\nTot gauw."
    ),
)


@pytest.mark.parametrize("kind", [*INTRODUCED, *INTRODUCED_AS])
def test_a_customer_sees_it_in_both_forms(kind: str, values: dict[str, object]) -> None:
    plain, mail = compose(kind, values, OURS), compose(kind, values, OURS, LOOK)
    about = SEVERAL if kind in INTRODUCED_AS else "Jansen & Zn <test> BVBA"
    opening = f"Voor {about}:\nwelkom & dag.\n\nTot gauw.\n\n"
    closing = "IT4Professionals\nTeam <contracten>\n"
    assert mail.text.replace(opening, "").replace("\nTeam <contracten>", "") == plain.text
    assert mail.text.startswith(f"Beste Ann Peeters,\n\n{opening}")
    assert closing in mail.text
    assert f"Voor {escape(about)}:<br>welkom &amp; dag.</p>" in mail.html
    assert "IT4Professionals<br>Team &lt;contracten&gt;</p>" in mail.html
    assert "#7b2cbf" in mail.html
    assert ZEGEL not in mail.html
    assert mail.subject == plain.subject


@pytest.mark.parametrize("kind", sorted(MAIL_KINDS.keys() - set(FOR_CUSTOMERS)))
def test_a_mail_to_staff_stays_zegels(kind: str, values: dict[str, object]) -> None:
    look = replace(LOOK, subjects=dict.fromkeys(MAIL_KINDS, "Van ons"))
    assert compose(kind, values, OURS, look) == compose(kind, values, OURS)


def test_many_organisations_are_two_and_a_number(values: dict[str, object]) -> None:
    lines = [{"organisation": f"Zaak {each}", "valid_until": ""} for each in range(4)]
    kept = [{**each, "reference": f"VO-{number}"} for number, each in enumerate(lines)]
    look = Look(introductions={"reminder": "{organisatie}: {kenmerk}."})
    mail = compose("bundle_reminder", values | {"agreements": kept}, OURS, look)
    assert "\n\nZaak 0, Zaak 1 en 2 andere: VO-0, VO-1 en 2 andere.\n\n" in mail.text
    former = compose("bundle_reminder", values | {"agreements": lines[:2]}, OURS, look)
    assert "\n\nZaak 0 en Zaak 1: .\n\n" in former.text


OWN = Look(subjects=dict.fromkeys(INTRODUCED, "{verwerker} aan {naam}: {organisatie} – één €"))


@pytest.mark.parametrize("kind", [*INTRODUCED, *INTRODUCED_AS])
def test_an_own_subject_arrives_as_it_was_meant(
    kind: str, values: dict[str, object], make_message: Callable[..., EmailMessage]
) -> None:
    mail = compose(kind, values, OURS, OWN)
    about = SEVERAL if kind in INTRODUCED_AS else "Jansen & Zn <test> BVBA"
    code = ": 482915" if kind in ("code", "bundle_code") else ""
    assert mail.subject == f"IT4Professionals aan Ann Peeters: {about} – één €{code}"
    plain = compose(kind, values, OURS, PLAIN)
    assert (mail.text, mail.html) == (plain.text, plain.html)
    read = message_from_bytes(make_message(mail=mail).as_bytes(), policy=default)
    assert read["Subject"] == mail.subject
    assert "Bcc" not in read


@pytest.mark.parametrize("breaker", ["\r\nBcc: x@example.be", "\n", "\u2028", "\x00", "\x85"])
@pytest.mark.parametrize("name", ["name", "organisation", "processor_name"])
def test_a_name_in_a_subject_adds_no_header(
    name: str,
    breaker: str,
    values: dict[str, object],
    make_message: Callable[..., EmailMessage],
) -> None:
    broken = values | {name: f"{values[name]}{breaker} meer"}
    with pytest.raises(MailInvalid):
        make_message(mail=compose("reminder", broken, OURS, OWN))


def test_a_subject_of_nothing_is_ours(values: dict[str, object]) -> None:
    former = [{"organisation": "Zaak 1", "valid_until": ""}]  # stored without a reference
    look = Look(subjects={"reminder": " {kenmerk} "})
    mail = compose("bundle_reminder", values | {"agreements": former}, OURS, look)
    assert mail.subject.startswith("Herinnering: ")
    assert compose("reminder", values, OURS, look).subject == "VO-2026-00042"


def test_who_is_not_known_yet_sees_the_colour_and_no_introduction(
    values: dict[str, object],
) -> None:
    mail = compose("application_code", values, OURS, replace(LOOK, introductions={}))
    assert "#7b2cbf" in mail.html
    assert "Team <contracten>" in mail.text
    assert "Jansen" not in mail.html + mail.text
