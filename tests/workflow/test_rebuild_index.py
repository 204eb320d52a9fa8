"""The archive's index is rebuilt from the bucket alone, and equals the former one."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from colleagues import add_colleague
from days import Travel
from emptied import empty
from former_archive import store_each_file
from house import BROWSER, House
from rebuilding import LOST, NOT_IN_A_PACKAGE, WHOLE, comparable, everything
from snapshots import begin_with

from service.agreement.life import GivenEnd
from service.agreement.lists import Search
from service.agreement.permissions import Role
from service.commands import archive as command
from service.engines import ObjectStoreAddress
from service.workflow.keeping import (
    anchor,
    archive,
    listing,
    renew_stamps,
    reread,
    retain,
    retrieve,
)
from service.workflow.keeping.dossier import dossier_of
from service.workflow.life import keep_ends
from service.workflow.life.end import end
from storage.manifest import MANIFEST, prefix_of

ROOT = Path(__file__).parents[2]
MANDATES = {"mandates", "mandate_states", "mandate_cases"}  # in ``test_rebuild_mandate``


@pytest.fixture
def kept(unwatched_house: House, travel: Travel) -> tuple[House, list[str]]:
    """A package in the current format and one in the former, each with renewed copies, and a draft;
    one has ended, the log is anchored, and the database has no bytes."""
    house = unwatched_house

    def make() -> tuple[str, str]:
        jan = add_colleague(house.deps, "jan@it4.example", Role.SALES)
        today, _ = house.archived(owner_id=jan.id)
        with pytest.MonkeyPatch.context() as before:
            before.setattr(archive, "store", store_each_file)
            former, _ = house.archived()
        house.draft()
        end(house.deps, today, GivenEnd("2030-12-31", "controller"), house.staff)
        assert keep_ends.keep_ends(house.deps) == 1
        anchor.anchor(house.deps)
        with pytest.MonkeyPatch.context() as long_ago:
            long_ago.setattr(renew_stamps, "LEAST_GAIN", timedelta(days=-1))
            settings = dataclasses.replace(house.deps.settings, stamp_renew_days=100_000)
            renewing = dataclasses.replace(house.deps, settings=settings)
            assert renew_stamps.renew_stamps(renewing) == 4
        return today, former

    references = list(begin_with("one of each format", house.deps, make))
    house.rows("update archive_states set judged_twice_at = now()")
    house.rows("update archive_states set stored_at = now() - interval '31 days'")
    with house.deps.database.begin() as tx:
        for reference in references:
            tx.documents.drop_working_copies(tx.agreements.get(reference).id)
    assert retain.shed(house.deps) == len(references)
    return house, references


Rebuild = Callable[..., dict[str, Any]]


@pytest.fixture
def rebuild(
    kept: tuple[House, list[str]],
    object_store: ObjectStoreAddress,
    bucket: str,
    capsys: pytest.CaptureFixture[str],
) -> Rebuild:
    """The command with the operator's settings; returns its JSON output."""
    deps = kept[0].deps
    settings = dataclasses.replace(
        deps.settings,
        database_url=deps.database.url,
        embedded_object_store=False,
        s3_bucket=bucket,
        s3_endpoint_url=object_store.endpoint_url,
        s3_region=object_store.region,
        s3_access_key_id=object_store.access_key_id,
        s3_secret_access_key=object_store.secret_access_key,
    )

    def run(status: int, *roots: Path, **asked: Any) -> Any:
        capsys.readouterr()
        asked = {"as_json": True, **asked}
        assert command.rebuild(lambda: settings, roots, (), **asked) == status
        out, _ = capsys.readouterr()
        return json.loads(out) if asked["as_json"] else out

    return run


def counted(**counts: int) -> dict[str, int]:
    return {
        **dict.fromkeys(("added", "completed", "present", "different", "refused"), 0),
        **counts,
    }


def handed_out(house: House, reference: str) -> dict[str, bytes]:
    data = retrieve.package(house.deps, reference, house.staff, BROWSER)
    with zipfile.ZipFile(BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_an_empty_database_gets_the_former_index(
    kept: tuple[House, list[str]], rebuild: Rebuild
) -> None:
    house, references = kept
    before = everything(house)
    ids = {house.agreement(each).id for each in references}
    packages = {each: handed_out(house, each) for each in references}
    dossiers = {each: dossier_of(house.deps, each, house.staff) for each in references}
    empty(house.deps.database.url)
    said = rebuild(0)
    assert (said["packages"], said["anchors"]) == (counted(added=2), counted(added=1))
    after = everything(house)
    assert after.keys() == before.keys() - LOST
    assert after.keys() == (NOT_IN_A_PACKAGE.keys() | WHOLE) - MANDATES
    for table in sorted(after.keys() - {"audit_entries", "audit_personal", "staff"}):
        assert comparable(table, after[table], ids) == comparable(table, before[table], ids), table
    the_log_comes_back_until_the_close(before, after, ids)
    is_named_and_cannot_sign_in(house, after)
    works_as_before(house, references, packages, dossiers)
    lies_in_the_docs()

    once = everything(house)
    said = rebuild(0)
    assert (said["packages"], said["anchors"]) == (counted(present=2), counted(present=1))
    assert everything(house) == once


def the_log_comes_back_until_the_close(before: Any, after: Any, ids: set[str]) -> None:
    """Entry by entry; later entries are not in a package, and this is reported."""
    for each in ids:
        then, now = (
            sorted(
                (row for row in found["audit_entries"] if str(row["agreement_id"]) == each),
                key=lambda row: row["seq"],
            )
            for found in (before, after)
        )
        assert now[-2]["event"] == "original.closed"
        assert now[-1]["event"] == "archive.indexed"
        bare = [[{**row, "id": 0} for row in found] for found in (now[:-1], then)]
        assert bare[0] == bare[1][: len(bare[0])]


def is_named_and_cannot_sign_in(house: House, after: Any) -> None:
    person, owner = sorted(after["staff"], key=lambda each: each["name"] == "Jan Claes")
    assert (person["name"], person["email"]) == (house.staff.name, house.staff.email)
    assert owner["email"].endswith(".invalid")  # to whom one was handed over, and who did nothing
    for each in (person, owner):
        assert (each["active"], each["roles"]) == (False, [])
    (profile,) = after["processor_profiles"]
    assert profile["version"] == 0
    with house.deps.database.begin() as tx:
        assert tx.profiles.newest() is None  # old data are no profile for new agreements


def works_as_before(house: House, references: list[str], packages: Any, dossiers: Any) -> None:
    """Find, show, hand out, check, extend and anchor."""
    found = listing.listing(house.deps, Search(words="peeters"), house.staff)
    assert {line.reference for line in found.lines} == set(references)
    for reference in references:
        assert handed_out(house, reference) == packages[reference]
        now, then = dossier_of(house.deps, reference, house.staff), dossiers[reference]
        assert [dataclasses.replace(e, locked_until=then.files[0].locked_until) for e in now.files]
        assert (now.token_quality, now.flags) == (then.token_quality, then.flags)
        assert (now.life, now.end_waits) == (then.life, None)
        assert reread.check(house.deps, reference, house.staff).intact
    house.rows("update archived_objects set locked_until = now() + interval '3 days'")
    assert retain.prolong_locks(house.deps) == len(house.rows("select 1 from archived_objects"))
    assert not house.rows("select 1 from archived_objects where locked_until < now() + '1 year'")


def lies_in_the_docs() -> None:
    """Every table that is not completely restored."""
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = told[told.index("### Rebuilding the index") :]
    for table in NOT_IN_A_PACKAGE.keys() | LOST:
        assert f"`{table}`" in told, table


def test_what_is_there_is_never_changed_and_what_is_broken_is_named(
    kept: tuple[House, list[str]], rebuild: Rebuild, tmp_path: Path
) -> None:
    house, (today, former) = kept
    house.rows("delete from archived_objects where agreement_id = :id", id=_id(house, former))
    assert rebuild(0)["packages"] == counted(completed=1, present=1)
    objects = house.deps.objects()
    house.rows(
        "update agreements set controller = jsonb_set(controller, '{name}', '\"Ander\"')"
        " where reference = :r",
        r=today,
    )
    gone = next(v for v in objects.versions(prefix_of(former)) if v.key.endswith("bewijs.json"))
    objects.client.delete_object(
        Bucket=objects.bucket,
        Key=gone.key,
        VersionId=gone.version_id,
        BypassGovernanceRetention=True,
    )
    for key, data in (
        (prefix_of("VO-2026-88888") + MANIFEST, b"{}"),
        (prefix_of("VO-2026-99999") + "overeenkomst.pdf", b"%PDF-"),
    ):
        objects.client.put_object(Bucket=objects.bucket, Key=key, Body=data)
    before = everything(house)
    said = rebuild(1)
    assert everything(house) == before
    assert said["packages"] == counted(different=1, refused=3)
    told = {each["prefix"]: each["why"] or each["different"] for each in said["troubled"]}
    assert told == {
        prefix_of(today): ["agreement.controller"],
        prefix_of(former): "unreadable",
        prefix_of("VO-2026-88888"): "unreadable",
        prefix_of("VO-2026-99999"): "no_manifest",
    }
    out = rebuild(1, as_json=False, since=former)
    assert f"{today}: staat anders" not in out
    assert f"{former}: overgeslagen. Het pakket kan niet gelezen worden" in out
    assert "VO-2026-99999: overgeslagen. Er is geen manifest.json" in out
    assert "Het register bevat niet alles" in out

    empty(house.deps.database.url)
    other = tmp_path / "other.pem"
    other.write_bytes(house.deps.authority().certificates["seal.pem"])
    said = rebuild(1, other)  # what leads to no known root is not believed
    assert said["packages"] == counted(refused=4)
    assert said["anchors"] == counted(refused=1)
    assert {each["why"] for each in said["troubled"]} == {"not_proven", "unreadable", "no_manifest"}
    assert everything(house) == {}


def _id(house: House, reference: str) -> str:
    return house.agreement(reference).id
