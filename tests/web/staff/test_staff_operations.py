"""The page Taken: what is stalled and why, and that a warning could not be mailed."""

from __future__ import annotations

import dataclasses

import pytest
from app_browser import Browser
from emptied import as_owner
from office import NEW, rows
from road import steps

from service.agreement.permissions import Staff
from service.database.engine import Database
from service.deps import Deps
from service.settings.choices import PRODUCTION
from service.workflow.sealing import seal
from service.workflow.telling import alarm, deliver
from service.workflow.weak_spots import log_weak_spots


def test_nothing_stands_still(office: Browser) -> None:
    office.get("/taken")
    assert office.status == 200
    assert "Alles loopt." in office.page
    assert "Er gaat een waarschuwing niet weg" not in office.page
    assert "Zwakke plekken" not in office.page


def test_what_is_weaker_than_it_could_be_is_shown_with_the_reason_given(
    office: Browser, deps: Deps, caplog: pytest.LogCaptureFixture
) -> None:
    owner = Database(as_owner(deps.database.url))
    settings = dataclasses.replace(
        deps.settings,
        mode=PRODUCTION,
        smtp_host="mail.example",
        smtp_security="none",
        plain_smtp_reason="een eigen kabel",
    )
    weaker = dataclasses.replace(deps, database=owner, settings=settings)
    office.client.application.extensions["zegel"] = weaker
    office.get("/taken")
    assert "Zwakke plekken van deze installatie" in office.page
    assert "eigenaar is van haar tabellen" in office.page
    assert "onversleuteld naar de mailserver" in office.page
    assert "Opgegeven reden: een eigen kabel" in office.page
    log_weak_spots(weaker)
    assert "weak spot database_role" in caplog.text
    assert "weak spot plain_smtp: een eigen kabel" in caplog.text
    owner.close()


def test_what_stands_still_is_shown_with_its_reason(
    office: Browser, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).pre_signed()
    steps(deps).countersigned(reference)
    seal.note_failure(
        deps, steps(deps).agreement(reference).id, "TimestampUnavailable: geen antwoord"
    )
    rows(deps, "update messages set state = 'sent'")
    rows(
        deps,
        "set local session_replication_role = replica;"
        " update acts set signed_at = signed_at - interval '20 minutes';"
        " update unsealed_acts set signed_at = signed_at - interval '20 minutes'",
    )
    alarm.alarm(deps)
    office.get("/taken")
    assert "Verzegelen en afsluiten" in office.page
    assert "TimestampUnavailable: geen antwoord" in office.page
    assert "20 minuten geleden" in office.page
    assert "gewaarschuwd:" in office.page
    assert "Er gaat een waarschuwing niet weg" in office.page  # no worker has mailed it yet
    rows(deps, "update messages set state = 'failed', last_error = 'geen verbinding'")
    office.get("/taken")
    assert "geen verbinding" in office.page
    office.get(f"/overeenkomsten/{reference}")
    assert "Beheer gewaarschuwd: Verzegelen en afsluiten lukt niet sinds" in office.page


def test_a_refused_mail_is_shown_until_somebody_settles_it(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key")})
    reference = office.path.rsplit("/", 1)[-1]
    office.post(f"/overeenkomsten/{reference}/verzending")
    rows(deps, "update messages set recipient = 'jân@peeters.be'")  # formerly accepted by forms
    for _ in ("the invitation", "what the sender is told"):
        for (message_id,) in rows(deps, "select id::text from messages where state = 'queued'"):
            deliver.deliver(deps, message_id)
    office.get("/taken")
    assert "Alles loopt." not in office.page
    assert "E-mail bezorgen" in office.page
    assert "'jân@peeters.be'" in office.page
    dossier = f"/overeenkomsten/{reference}"
    office.get(dossier)
    assert "Niet afgeleverd: uitnodiging om te ondertekenen" in office.page
    (message_id,) = rows(deps, "select id::text from messages where state = 'refused'")[0]
    office.post(f"{dossier}/mails/{message_id}/afgehandeld")
    assert "De niet afgeleverde e-mail is afgehandeld." in office.page
    assert "Niet afgeleverd: uitnodiging" not in office.page
    assert "afgehandeld door een medewerker: " in office.page
    office.post(f"{dossier}/mails/{message_id}/afgehandeld")
    assert office.status == 404
    office.get("/taken")
    assert "Alles loopt." in office.page
