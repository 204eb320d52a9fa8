"""What happens to an agreement that was signed elsewhere once it is registered."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import zegel
from elsewhere import TYPED, added, archived
from emptied import empty
from house import House
from papers import pdf
from rebuilding import everything, rebuilt

from service.agreement import registration
from service.agreement.bulk.rows import Given
from service.agreement.bulk.verdicts import Identity, Verdict
from service.agreement.drafting import Input
from service.agreement.life import GivenEnd
from service.agreement.lists import Search
from service.agreement.registration import sha256
from service.agreement.states import State
from service.errors import Invalid, WrongState
from service.workflow import sweep
from service.workflow.keeping import (
    export_originals,
    export_register,
    keep_registered,
    listing,
    reread,
    retain,
    verify,
)
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.put_in_index import ADDED, PRESENT
from service.workflow.keeping.rebuild_index import NOT_PROVEN, REFUSED, Outcome, rebuild_index
from service.workflow.keeping.trust import Trust
from service.workflow.life import keep_ends
from service.workflow.life.end import end
from service.workflow.life.undo_end import undo_end
from service.workflow.life.withdraw import withdraw
from storage.manifest import prefix_of
from storage.objects import ObjectStore


def in_force(house: House, day: date) -> list[str]:
    search = Search(in_force_on=day, archived_only=True)
    return [
        each.reference for each in listing.search_archive(house.deps, search, house.staff).lines
    ]


def test_a_mistake_is_withdrawn_with_a_reason_and_stays_in_the_archive(whole_house: House) -> None:
    house = whole_house
    reference = archived(house)
    day = date(2024, 5, 1)
    assert in_force(house, day) == [reference]
    with pytest.raises(Invalid):
        withdraw(house.deps, reference, " ", house.staff)
    for _ in range(2):
        withdraw(house.deps, reference, "Verkeerde klant.", house.staff)
    assert house.agreement(reference).state is State.WITHDRAWN
    assert house.events(reference).count("agreement.withdrawn") == 1
    assert in_force(house, day) == []
    found = dossier_of(house.deps, reference, house.staff)
    assert found.ending
    assert found.ending.reason == "Verkeerde klant."
    assert found.life
    assert found.life.kept_until
    row = Verdict(1, Given(Input({})), Identity(number="0863643458"))
    with house.deps.database.look() as tx:
        assert tx.known.of([row], "", day).numbers == {}
    assert keep_ends.keep_ends(house.deps) == 1
    assert reread.check(house.deps, reference, house.staff).intact
    added(house)  # its number is free again
    with pytest.raises(WrongState):
        end(house.deps, reference, GivenEnd("2030-01-01", "other"), house.staff)
    sent = house.sent()
    with pytest.raises(WrongState):
        withdraw(house.deps, sent, "x", house.staff)


def test_it_ends_like_the_others(whole_house: House) -> None:
    house = whole_house
    reference = archived(house)
    with pytest.raises(Invalid):
        end(house.deps, reference, GivenEnd("2030-01-01", "withdrawn"), house.staff)
    recorded = end(house.deps, reference, GivenEnd("2030-01-01", "other"), house.staff)
    assert in_force(house, date(2029, 12, 31)) == [reference]
    assert in_force(house, date(2030, 1, 1)) == []
    undo_end(house.deps, reference, house.staff, seen=recorded.version)
    house.rows("update archived_objects set locked_until = now() + interval '3 days'")
    assert retain.prolong_locks(house.deps) == 4


@pytest.mark.parametrize("gone", [False, True], ids=["in force", "withdrawn"])
def test_the_index_is_rebuilt_from_the_bucket(
    unwatched_house: House, gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = unwatched_house
    with monkeypatch.context() as former:  # the sentence in a record is that of its day
        former.setattr(registration, "text", lambda *_, **__: "Zo stond het er vroeger.")
        reference = archived(house)
    if gone:
        withdraw(house.deps, reference, "Verkeerd.", house.staff)
        keep_ends.keep_ends(house.deps)
    before, dossier = everything(house), dossier_of(house.deps, reference, house.staff)
    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    after = everything(house)
    for table, left_out in COMPARED.items():
        if table in before:
            assert bare(after[table], left_out) == bare(before[table], left_out), table
    found = dossier_of(house.deps, reference, house.staff)
    assert (found.registered, found.life) == (dossier.registered, dossier.life)
    assert house.events(reference)[:2] == ["agreement.registered", "archive.indexed"]
    assert reread.check(house.deps, reference, house.staff).intact
    assert rebuilt(house).result == PRESENT


COMPARED = {
    "agreements": {
        "created_at",
        "last_activity_at",
        "processor_version",
        "state_since",
        "version",
    },
    "archived_objects": {"inside", "locked_until", "packed", "stored_at"},
    "contract_lives": set(),
    "end_records": {"made_at", "stored_at"},
    "reference_counters": set(),
    "registered_files": {"created_at", "id", "stored_at"},
}


def bare(rows: list[dict[str, Any]], left_out: set[str]) -> list[str]:
    return sorted(
        repr({name: value for name, value in row.items() if name not in left_out}) for row in rows
    )


def test_a_file_that_we_did_not_register_is_not_believed(unwatched_house: House) -> None:
    """Somebody who may write to the bucket adds one, with the record of a real one."""
    house = unwatched_house
    reference, other = archived(house), "VO-2024-77777"
    store, prefix = house.deps.objects(), prefix_of(reference)

    def there(name: str) -> bytes:
        return store.get(prefix + name, store.original(prefix + name))

    record = json.loads(there("registratie.json"))
    files = {
        "ondertekend.pdf": pdf(),
        "registratie.json": json.dumps({**record, "reference": other}).encode(),
        "registratie.p7s": there("registratie.p7s"),
    }
    parts = [
        {
            "name": name,
            "size": len(data),
            "sha256": sha256(data),
            "version_id": forge(store, other, name, data),
        }
        for name, data in files.items()
    ]
    manifest = {**json.loads(there("manifest.json")), "reference": other, "files": parts}
    forge(store, other, "manifest.json", json.dumps(manifest).encode())
    empty(house.deps.database.url)
    outcomes: list[Outcome] = []
    rebuild_index(house.deps, Trust(house.deps.authority().roots), outcomes.append)
    assert [(each.result, each.why) for each in outcomes] == [(REFUSED, NOT_PROVEN), (ADDED, "")]
    assert [row.reference for row in house.rows("select reference from agreements")] == [reference]


def forge(store: ObjectStore, reference: str, name: str, data: bytes) -> str:
    key = prefix_of(reference) + name
    answer = store.client.put_object(Bucket=store.bucket, Key=key, Body=data)
    return str(answer["VersionId"])


class Killed(BaseException):
    """Nothing catches it, as with a worker that is killed."""


@pytest.mark.parametrize("at", ["ondertekend.pdf", "registratie.p7s", "manifest.json", "noted"])
def test_a_worker_that_is_killed_is_followed_by_another(
    whole_house: House, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    house = whole_house
    reference = added(house)
    put_once = ObjectStore.put_once

    def dying(self: ObjectStore, key: str, *args: Any, **more: Any) -> Any:
        if key.endswith(at):
            raise Killed
        return put_once(self, key, *args, **more)

    def dead(*_args: object) -> None:
        raise Killed

    agreement_id = house.agreement(reference).id
    with monkeypatch.context() as now:
        now.setattr(ObjectStore, "put_once", dying)
        if at == "noted":
            now.setattr(keep_registered, "note_check", dead)
        with pytest.raises(Killed):
            keep_registered.keep_registered(house.deps, agreement_id)
    house.rows("delete from procrastinate_jobs")
    assert sweep.sweep(house.deps, patience=0) == 1
    keep_registered.keep_registered(house.deps, agreement_id)
    found = reread.check(house.deps, reference, house.staff)
    assert (found.intact, found.stored.strange) == (True, ())
    assert sweep.sweep(house.deps, patience=0) == 0


def test_exports_say_what_it_is(whole_house: House) -> None:
    house = whole_house
    reference = archived(house)
    search = Search(archived_only=True)
    made = export_originals.export_originals(house.deps, search, house.staff)
    with zipfile.ZipFile(io.BytesIO(b"".join(made.parts))) as packed:
        names = packed.namelist()
    assert names[0] == f"{reference}/{reference} ondertekend.pdf"
    assert made.missing == 0
    register = export_register.export_register(
        house.deps, search, export_register.RegisterKind.JSON, house.staff
    )
    (entry,) = json.loads(b"".join(register.parts))["agreements"]
    assert entry["personal_data"] == "zie de elders ondertekende tekst"
    assert entry["controller_dpo"] == "zie de elders ondertekende tekst"


def test_checking_its_file_says_only_that_it_was_registered(whole_house: House) -> None:
    house, data = whole_house, pdf(pages=3)
    reference = archived(house, data)
    found = verify.verify_upload(house.deps, data)
    assert isinstance(found, verify.CheckedElsewhere)
    assert (found.reference, found.withdrawn) == (reference, False)
    withdraw(house.deps, reference, "Verkeerd.", house.staff)
    found = verify.verify_upload(house.deps, data)
    assert isinstance(found, verify.CheckedElsewhere)
    assert found.withdrawn
    other = verify.verify_upload(house.deps, pdf(pages=4))
    assert not isinstance(other, verify.CheckedElsewhere)


def test_the_commands(house: House, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf())
    typed = [
        *("agreement", "register", file, "--name", TYPED["name"], "--number", TYPED["number"]),
        *("--signed-on", "2024-03-02", "--kept-at", "Kast 3", "--by", house.staff.email),
    ]
    told = zegel(house, *typed)
    assert told.exit_code == 0, told.output
    reference = told.output.split(":")[0]
    assert house.agreement(reference).state is State.REGISTERED
    assert "al een overeenkomst van kracht" in zegel(house, *typed).output
    assert zegel(house, *typed, "--another").exit_code == 0
    file.write_bytes(b"no")
    assert "geen PDF" in zegel(house, *typed).output
    taken = ["agreement", "withdraw", reference, "--reason", "Verkeerd.", "--by"]
    assert zegel(house, *taken, "niemand@it4.example").exit_code == 1
    assert zegel(house, *taken, house.staff.email).exit_code == 0
    assert house.agreement(reference).state is State.WITHDRAWN


def test_the_database_keeps_what_was_registered(house: House) -> None:
    added(house)
    for statement in (
        "update registered_files set record = '\\x00'",
        "update registered_files set pdf = null",
        "update registered_files set pages = 9",
        "delete from registered_files",
    ):
        with pytest.raises(Exception, match="never changed"):
            house.rows(statement)
