"""The probe of the archive, on a real S3 server: what it records, logs, and shows to whom."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import pytest
from house import House

from service.agreement.events import Event
from service.agreement.permissions import Role, Staff
from service.errors import NotAllowed
from service.workflow.keeping.probe import last_probe, probe_archive
from service.workflow.weak_spots import weak_spots
from storage.errors import StorageUnavailable


def _bypassing(params: dict[str, Any], **_: Any) -> None:
    params["BypassGovernanceRetention"] = True


def test_it_works(whole_house: House, caplog: pytest.LogCaptureFixture) -> None:
    house = whole_house
    assert last_probe(house.deps, house.staff) is None
    assert probe_archive(house.deps) == 0
    found = last_probe(house.deps, house.staff)
    assert found
    assert found.report
    assert found.report.complete
    assert (found.report.mode, found.report.on_this_machine) == ("GOVERNANCE", True)
    # These tests use the store's administrator, which is what the page warns about.
    assert [spot.code for spot in weak_spots(house.deps, house.staff)] == ["archive_bypass"]
    assert caplog.records == []
    with house.deps.database.begin() as tx:
        assert [entry.event for entry in tx.audit.of(None)][-1] is Event.ARCHIVE_PROBED


def test_a_deletion_that_succeeds_is_noted_logged_and_forgiven_when_it_stops(
    whole_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The deletion asks to bypass the lock, which this store grants, as with a careless policy."""
    house = whole_house
    deleting = "before-parameter-build.s3.DeleteObject"
    events = house.deps.objects().client.meta.events
    events.register(deleting, _bypassing)
    assert probe_archive(house.deps) == 1
    found = last_probe(house.deps, house.staff)
    assert found
    assert found.report
    assert found.report.broken() == ("lock",)
    assert [(each.levelno, each.getMessage()) for each in caplog.records] == [
        (logging.ERROR, "the archive does not keep its promises: lock")
    ]
    events.unregister(deleting, _bypassing)
    assert probe_archive(house.deps) == 0
    again = last_probe(house.deps, house.staff)
    assert again
    assert again.report
    assert again.report.complete
    assert again.tried_at > found.tried_at


def test_a_store_that_does_not_answer_is_noted_as_not_tried(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    assert probe_archive(house.deps) == 1
    found = last_probe(house.deps, house.staff)
    assert found
    assert found.report is None
    assert found.reason.startswith(StorageUnavailable.__name__)
    assert caplog.records[-1].levelno == logging.ERROR


@pytest.mark.parametrize("role", list(Role))
def test_every_role_that_sees_the_archive_sees_what_it_promises(
    house: House, another: Callable[..., Staff], role: Role
) -> None:
    assert last_probe(house.deps, another(role)) is None


def test_nobody_without_a_role_sees_it(house: House) -> None:
    with pytest.raises(NotAllowed):
        last_probe(house.deps, dataclasses.replace(house.staff, roles=frozenset()))
