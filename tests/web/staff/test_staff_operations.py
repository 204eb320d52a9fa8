"""The page Taken: what stands still and why, and that a warning could not be mailed."""

from __future__ import annotations

import dataclasses

import pytest
from emptied import as_owner
from office import Office, rows
from road import countersigned, load, ready

from service.agreement.permissions import Staff
from service.database.engine import Database
from service.deps import Deps
from service.wiring import deferrer
from service.workflow import alarm, seal
from service.workflow.weak_spots import log_weak_spots


def test_nothing_stands_still(office: Office) -> None:
    office.get("/taken")
    assert office.status == 200
    assert "Alles loopt." in office.page
    assert "Er gaat een waarschuwing niet weg" not in office.page
    assert "Zwakke plekken" not in office.page


def test_a_service_that_owns_its_tables_says_so(
    office: Office, deps: Deps, caplog: pytest.LogCaptureFixture
) -> None:
    owner = Database(as_owner(deps.database.url), deferrer())
    weaker = dataclasses.replace(deps, database=owner)
    office.client.application.extensions["zegel"] = weaker
    office.get("/taken")
    assert "Zwakke plekken van deze installatie" in office.page
    assert "eigenaar is van haar tabellen" in office.page
    log_weak_spots(weaker)
    assert "weak spot database_role" in caplog.text
    owner.close()


def test_what_stands_still_is_shown_with_its_reason(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = ready(office, deps)
    countersigned(office, reference, admin[1])
    seal.note_failure(deps, load(deps, reference).id, "TimestampUnavailable: geen antwoord")
    rows(deps, "update messages set state = 'sent'")
    rows(
        deps,
        "set local session_replication_role = replica;"
        " update acts set signed_at = signed_at - interval '20 minutes'",
    )
    alarm.alarm(deps)
    office.get("/taken")
    assert "Verzegelen en afsluiten" in office.page
    assert "TimestampUnavailable: geen antwoord" in office.page
    assert "20 minuten geleden" in office.page
    assert "gewaarschuwd:" in office.page
    assert "Er gaat een waarschuwing niet weg" in office.page  # no worker mailed it yet
    rows(deps, "update messages set state = 'failed', last_error = 'geen verbinding'")
    office.get("/taken")
    assert "geen verbinding" in office.page
    office.get(f"/overeenkomsten/{reference}")
    assert "Beheer gewaarschuwd: Verzegelen en afsluiten lukt niet sinds" in office.page
