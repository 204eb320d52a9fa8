"""Mails to customers show the processor's look; the rest of each mail stays ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.agreement.colours import ZEGEL
from service.agreement.look import FOR_CUSTOMERS, INTRODUCED, Look
from service.mail.compose import MAIL_KINDS, compose
from service.texts import OURS

LOOK = Look(
    accent="#7b2cbf",
    signature_line="Team <contracten>",
    introductions=dict.fromkeys(MAIL_KINDS, "Voor {organisatie}:\nwelkom & dag.\n\nTot gauw."),
)


@pytest.mark.parametrize("kind", INTRODUCED)
def test_a_customer_sees_it_in_both_forms(kind: str, values: dict[str, object]) -> None:
    plain, mail = compose(kind, values, OURS), compose(kind, values, OURS, LOOK)
    opening = "Voor Jansen & Zn <test> BVBA:\nwelkom & dag.\n\nTot gauw.\n\n"
    closing = "IT4Professionals\nTeam <contracten>\n"
    assert mail.text.replace(opening, "").replace("\nTeam <contracten>", "") == plain.text
    assert mail.text.startswith(f"Beste Ann Peeters,\n\n{opening}")
    assert closing in mail.text
    assert "Voor Jansen &amp; Zn &lt;test&gt; BVBA:<br>welkom &amp; dag.</p>" in mail.html
    assert "IT4Professionals<br>Team &lt;contracten&gt;</p>" in mail.html
    assert "#7b2cbf" in mail.html
    assert ZEGEL not in mail.html
    assert mail.subject == plain.subject


@pytest.mark.parametrize("kind", sorted(MAIL_KINDS.keys() - set(FOR_CUSTOMERS)))
def test_a_mail_to_staff_stays_zegels(kind: str, values: dict[str, object]) -> None:
    assert compose(kind, values, OURS, LOOK) == compose(kind, values, OURS)


def test_who_is_not_known_yet_sees_the_colour_and_no_introduction(
    values: dict[str, object],
) -> None:
    mail = compose("application_code", values, OURS, replace(LOOK, introductions={}))
    assert "#7b2cbf" in mail.html
    assert "Team <contracten>" in mail.text
    assert "Jansen" not in mail.html + mail.text
