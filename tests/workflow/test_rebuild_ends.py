"""An index rebuilt from the bucket knows the recorded ends, and keeps originals as long."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from days import TODAY, Travel
from emptied import empty
from house import House
from rebuilding import rebuilt

from service.agreement.life import GivenEnd, end_of_day, kept_until
from service.workflow import sweep
from service.workflow.keeping import reread, retain
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.put_in_index import ADDED, COMPLETED, DIFFERENT, PRESENT
from service.workflow.life import keep_ends
from service.workflow.life.change_end import change_end
from service.workflow.life.end import end
from service.workflow.life.undo_end import undo_end
from service.workflow.one_by_one import SomeFailed
from service.workflow.telling import alarm
from signatures.effective_date import local_date
from storage.ends import FOLDER
from storage.manifest import prefix_of
from storage.objects import ObjectStore
from tests.variants import some

LATER = local_date(datetime.now(UTC)) + timedelta(days=90)
DAY = timedelta(days=1)
KEPT = "select * from {} order by 1, 2"
Done = tuple[House, str, str]


def given(days: int = 0, reason: str = "controller", note: str = "") -> GivenEnd:
    return GivenEnd(str(LATER + days * DAY), reason, note)


def lives(house: House) -> Any:
    return [tuple(row) for row in house.rows("select * from contract_lives")]


def changes(house: House) -> Any:
    rows = house.rows("select number, record, seal from end_records order by number")
    return [(number, bytes(record), bytes(seal)) for number, record, seal in rows]


def objects(house: House) -> Any:
    """The objects of all packages: key, version, bytes, and whether the lock is the last one."""
    return house.rows(
        "select name, key, version_id, sha256, size, final_for_years from archived_objects"
        " order by name"
    )


def change(house: House, reference: str, *steps: str) -> None:
    """Record the end, correct it, take it back."""
    for step in steps:
        found = dossier_of(house.deps, reference, house.staff).life
        seen = found.end.version if found and found.end else ""
        if step == "end":
            end(house.deps, reference, given(note="Per brief."), house.staff)
        elif step == "correct":
            change_end(house.deps, reference, given(5, "replaced"), house.staff, seen=seen)
        else:
            undo_end(house.deps, reference, house.staff, seen=seen)


@pytest.mark.parametrize(
    "steps", some(["end correct undo", "end correct", "end", "end undo end"], one_in=4)
)
def test_the_end_in_force_comes_back(done: Done, steps: str) -> None:
    house, reference, _ = done
    change(house, reference, *steps.split())
    assert dossier_of(house.deps, reference, house.staff).end_waits == ""
    assert keep_ends.keep_ends(house.deps) == 1
    assert keep_ends.keep_ends(house.deps) == 0
    before = dossier_of(house.deps, reference, house.staff)
    assert before.end_waits is None
    former = lives(house), changes(house), objects(house)
    assert len(former[1]) == len(steps.split())
    assert len(former[2]) == 4 + 2 * len(steps.split())
    found = reread.check(house.deps, reference, house.staff)
    assert (found.intact, found.stored.strange) == (True, ())

    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    assert (lives(house), changes(house), objects(house)) == former
    house.rows("update archive_states set stored_at = now()")
    assert dossier_of(house.deps, reference, house.staff).life == before.life
    assert rebuilt(house).result == PRESENT
    # What is recorded from now on continues the same line.
    change(house, reference, "correct" if before.life and before.life.end else "end")
    keep_ends.keep_ends(house.deps)
    then = lives(house)
    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    assert lives(house) == then


def test_the_locks_end_where_they_would_have(
    done: Done, second_verdict_once: None, travel: Travel
) -> None:
    house, reference, _ = done
    change(house, reference, "end")
    keep_ends.keep_ends(house.deps)
    moment = end_of_day(kept_until(LATER, 10))

    def a_night() -> list[Any]:
        retain.prolong_locks(house.deps)
        asked = "select distinct locked_until, final_for_years from archived_objects"
        return [tuple(row) for row in house.rows(asked)]

    travel((moment - TODAY).days - 50)
    house.rows("update archived_objects set locked_until = :t", t=moment - 60 * DAY)
    assert a_night() == [(moment, 10)]
    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    assert a_night() == [(moment, 10)]
    travel((moment - TODAY).days + 1)
    assert retain.prolong_locks(house.deps) == 0
    life = dossier_of(house.deps, reference, house.staff).life
    assert life
    assert life.may_be_deleted


class Killed(BaseException):
    """Nothing catches it, as with a worker that is killed."""


@pytest.mark.parametrize("at", some(["noted", ".json", ".p7s"]))
def test_killed_between_the_database_and_the_bucket(
    done: Done, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    house, reference, _ = done
    change(house, reference, "end")
    put_once = ObjectStore.put_once

    def dying(self: ObjectStore, key: str, *args: Any, **more: Any) -> Any:
        if key.endswith(at):
            raise Killed
        return put_once(self, key, *args, **more)

    def dead(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as now:
        now.setattr(ObjectStore, "put_once", dying)
        if at == "noted":
            now.setattr("service.database.agreement.end_records.EndRecords.note_stored", dead)
        with pytest.raises(Killed):
            keep_ends.keep_ends(house.deps)
    assert dossier_of(house.deps, reference, house.staff).end_waits == ""
    house.rows("delete from procrastinate_jobs")
    sweep.sweep(house.deps, patience=0)
    assert "keep_ends" in house.jobs()
    assert keep_ends.keep_ends(house.deps) == 1
    keys = {each.key: each for each in house.deps.objects().versions(prefix_of(reference) + FOLDER)}
    assert len(keys) == len(list(house.deps.objects().versions(prefix_of(reference) + FOLDER))) == 2
    former = lives(house), changes(house), objects(house)
    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    assert (lives(house), changes(house), objects(house)) == former


def test_a_store_that_is_down_is_shown_and_told(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, reference, _ = done
    change(house, reference, "end")
    with monkeypatch.context() as down:
        down.setattr(keep_ends, "put_end", _down)
        with pytest.raises(SomeFailed):
            keep_ends.keep_ends(house.deps)
    assert "down" in (dossier_of(house.deps, reference, house.staff).end_waits or "")
    assert alarm.alarm(house.deps) == 0  # the worker records that the job failed
    keep_ends.keep_ends(house.deps)
    assert dossier_of(house.deps, reference, house.staff).end_waits is None


def _down(*_args: object, **_more: object) -> None:
    raise ConnectionError("down")


def test_an_end_from_before_there_were_records(done: Done) -> None:
    """As migration 0053 leaves it."""
    house, reference, _ = done
    change(house, reference, "end", "correct")
    _former(house, reference)
    assert keep_ends.keep_ends(house.deps) == 1
    former = lives(house)
    (kept,) = changes(house)
    said = json.loads(kept[1])
    assert said["log"]["entry"]["event"] == "agreement.end_changed"
    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    assert lives(house) == former


def test_such_an_end_taken_back_before_it_has_a_record(done: Done) -> None:
    house, reference, _ = done
    change(house, reference, "end")
    _former(house, reference)
    change(house, reference, "undo")
    keep_ends.keep_ends(house.deps)
    assert [json.loads(each[1])["end"] is None for each in changes(house)] == [False, True]
    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    assert lives(house) == []


def _former(house: House, reference: str) -> None:
    for statement in (
        "alter table end_records disable trigger all",
        "delete from end_records",
        "alter table end_records enable trigger all",
    ):
        house.rows(statement)
    house.rows(
        "insert into end_records (agreement_id, number) values (:id, 1)",
        id=house.agreement(reference).id,
    )


def test_what_is_not_sealed_by_us_is_not_believed(done: Done) -> None:
    """Somebody who may write to the bucket ends an agreement."""
    house, reference, _ = done
    change(house, reference, "end")
    keep_ends.keep_ends(house.deps)
    (_, record, seal) = changes(house)[0]
    forged = json.loads(record)
    forged |= {"number": 2, "end": {**forged["end"], "ends_on": "1999-01-01"}}
    store, prefix = house.deps.objects(), prefix_of(reference) + FOLDER
    for kind, data in ((".json", json.dumps(forged).encode()), (".p7s", seal)):
        key = f"{prefix}0002-{'0' * 16}{kind}"
        store.client.put_object(Bucket=store.bucket, Key=key, Body=data)
    assert (rebuilt(house).result, lives(house) != []) == (DIFFERENT, True)
    empty(house.deps.database.url)
    outcome = rebuilt(house)
    assert (outcome.result, outcome.different) == (DIFFERENT, ("end_unproven",))
    assert lives(house) == []
    assert len(objects(house)) == 4


def test_a_change_that_is_gone_is_found(done: Done) -> None:
    house, reference, _ = done
    change(house, reference, "end")
    keep_ends.keep_ends(house.deps)
    store = house.deps.objects()
    *_, gone = sorted(store.versions(prefix_of(reference) + FOLDER), key=lambda each: each.key)
    store.client.delete_object(
        Bucket=store.bucket,
        Key=gone.key,
        VersionId=gone.version_id,
        BypassGovernanceRetention=True,
    )
    found = reread.check(house.deps, reference, house.staff)
    assert found.stored.wrong() == {gone.key.removeprefix(prefix_of(reference)): "missing"}


def test_a_restored_backup_gets_the_later_change(done: Done) -> None:
    house, reference, _ = done
    change(house, reference, "end")
    keep_ends.keep_ends(house.deps)
    before = lives(house)
    change(house, reference, "correct")
    keep_ends.keep_ends(house.deps)
    after = lives(house)
    for statement in (
        "alter table end_records disable trigger all",
        "delete from end_records where number = 2",
        "alter table end_records enable trigger all",
        "delete from contract_lives",
    ):
        house.rows(statement)
    names = ("agreement_id", "ends_on", "reason", "noted_at", "noted_by")
    house.rows(
        f"insert into contract_lives values ({', '.join(f':{name}' for name in names)})",
        **dict(zip(names, before[0], strict=True)),
    )
    assert rebuilt(house).result == COMPLETED
    assert lives(house) == after


def test_anybody_can_check_it_with_openssl(done: Done, tmp_path: Path) -> None:
    """The command in docs/operations.md."""
    house, reference, _ = done
    change(house, reference, "end")
    keep_ends.keep_ends(house.deps)
    (_, record, seal) = changes(house)[0]
    root = house.deps.authority().certificates["root.pem"]
    for name, data in (("einde.json", record), ("einde.p7s", seal), ("wortel.pem", root)):
        (tmp_path / name).write_bytes(data)
    command = (
        "openssl cms -verify -binary -inform DER -in einde.p7s -content einde.json"
        " -CAfile wortel.pem -purpose any -out /dev/null"
    )
    assert command in (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    assert subprocess.run(command.split(), cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "einde.json").write_bytes(record.replace(b"controller", b"processor!"))
    assert subprocess.run(command.split(), cwd=tmp_path, check=False).returncode != 0
    assert dataclasses.asdict(house.staff)["name"] in record.decode()
