"""The archive was erased behind our back: reported as a loss, not mistaken for an outage.

The store runs without the switch that protects its master, as it once did, and is erased by a
single request; afterwards it answers HEAD with 200 and GET with 500.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_road import House, MakeHouse

from service.engines import EmbeddedObjectStore
from service.engines import object_store as engine
from service.workflow.keeping import probe, reread
from service.workflow.telling import alarm


@pytest.fixture
def open_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedObjectStore]:
    former = tuple(each for each in engine.SWITCHES if each != "-disableHttp")
    monkeypatch.setattr(engine, "SWITCHES", former)
    store = EmbeddedObjectStore(tmp_path / "store")
    yield store
    store.stop()


def erase(store: EmbeddedObjectStore, house: House) -> None:
    """The attack, which any user of the machine could make."""
    connection = http.client.HTTPConnection("127.0.0.1", store.ports()["master.port"], timeout=30)
    connection.request("GET", f"/col/delete?collection={house.deps.settings.s3_bucket}")
    assert connection.getresponse().status == 204
    connection.close()


def states(house: House, *references: str) -> list[str]:
    return [house.archive_state(reference) for reference in references]


@pytest.mark.long
def test_what_was_erased_is_missing_and_told_while_what_is_new_is_kept(
    make_house: MakeHouse, open_store: EmbeddedObjectStore
) -> None:
    address = open_store.start()
    house = make_house(
        S3_ENDPOINT_URL=address.endpoint_url,
        S3_ACCESS_KEY_ID=address.access_key_id,
        S3_SECRET_ACCESS_KEY=address.secret_access_key,
    )
    first, second = house.begin_archived(2)
    assert states(house, first, second) == ["verified", "verified"]
    assert probe.probe_nightly(house.deps) == 0
    house.rows("update messages set state = 'sent'")
    assert alarm.alarm(house.deps) == 0

    erase(open_store, house)
    (later,) = house.fully_signed()
    house.run_worker()
    assert states(house, first, second, later) == ["verified", "verified", "verified"]
    house.rows("update messages set state = 'sent'")

    # The lost one is first in the round, and does not stop it.
    house.rows("update archive_states set judged_twice_at = now()")
    aged(house, first, 300)
    aged(house, later, 290)
    assert reread.reread(house.deps, 3) == 2
    assert states(house, first, second, later) == ["missing", "verified", "verified"]
    assert house.events(later).count("archive.verified") == 2
    assert alarm.alarm(house.deps) == 1
    ((trouble,),) = house.rows("select \"values\"->>'trouble' from messages where kind = 'alarm'")
    assert trouble == "damaged"

    # The nightly probe reads random originals, here all that are not known to be lost.
    with pytest.raises(probe.ArchiveInDoubt):
        probe.probe_nightly(house.deps)
    probed = probe.last_probe(house.deps, house.staff)
    assert probed
    assert (probed.read, probed.unread, probed.good) == (1, 1, False)
    assert probed.report
    assert probed.report.complete  # for new objects the promises hold
    assert states(house, first, second, later) == ["missing", "missing", "verified"]
    assert alarm.alarm(house.deps) == 1
    stalled, _ = alarm.stalled_items(house.deps, house.staff)
    assert {each.reference for each in stalled} == {first, second}


def aged(house: House, reference: str, days: int) -> None:
    """Its last check was so many days ago."""
    house.rows(
        "update archive_states set looked_at = looked_at - make_interval(days => :days)"
        " where agreement_id = (select id from agreements where reference = :reference)",
        days=days,
        reference=reference,
    )
