"""The workflow on a real PostgreSQL, with real documents; with archive and keys if needed."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from applicants import opened
from bakery import PROCESSOR
from built import built, settings_in
from colleagues import PASSWORD, add_colleague
from days import TODAY, Travel
from house import EVERYBODY, House
from mandates import PLAIN
from remembered import remembered_objection
from snapshots import begin_with
from stores import bucket_at
from together import Together

from service.agreement.activity import Wanted
from service.agreement.facets import is_facet
from service.agreement.permissions import Role, Staff
from service.database.agreement.search_words import search_words
from service.database.engine import Transaction
from service.database.log.audit_check import check_chain
from service.database.log.audit_log import Entry
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.engines import ObjectStoreAddress
from service.settings.table import Settings
from service.workflow.keeping import anchor, examine
from service.workflow.keeping.dossier import dossier_of
from service.workflow.people import profile, staff_log
from service.workflow.telling import deliver
from storage.objects import ObjectStore


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Development mode: mails are stored in a folder."""
    return settings_in(tmp_path)


@pytest.fixture
def deps(database_url: str, settings: Settings, maker: DocumentMaker) -> Iterator[Deps]:
    """Everything real but the archive and the keys."""
    with built(settings, database_url, maker=maker) as made:
        yield made


def _house(deps: Deps) -> House:
    staff = add_colleague(
        deps, "els@it4.example", *EVERYBODY, name="Els Maes", function="Zaakvoerder"
    )
    profile.first_profile(deps, PROCESSOR)
    return House(deps, staff, PASSWORD)


# What this process already looked at after an earlier test: mails, and states with their entries.
_SEEN: set[tuple[object, ...]] = set()

# Where the table differs from the places and states of agreements.
_AWAITING_US = """
select * from awaiting_us full join (
  select agreements.id, agreements.countersigner_id, agreements.state_since from agreements
  join signature_places on agreement_id = agreements.id
  where agreements.state in ('ready', 'in_signing')
    and party = 'processor' and signature_places.state = 'open'
) due on id = agreement_id
where (id, due.countersigner_id, due.state_since)
  is distinct from (agreement_id, awaiting_us.countersigner_id, awaiting_us.state_since)
"""


def _must_hold(house: House) -> None:
    """What holds after every test: complete chains, a sentence for every entry, mails that
    compose."""
    found = house.rows("select reference, tsvector_to_array(search) from agreements")
    for reference, stored in found:
        with house.deps.database.begin() as tx:
            agreement = tx.agreements.get(reference)
            entries = tx.audit.of(agreement.id)
            assert check_chain(entries) == []
            waiting = [each for each in tx.messages.of(agreement.id) if not each.attach_original]
            # Tests change states by hand, and take templates away; and how it began, the agreement
            # does not know.
            left_out = "sihp" if agreement.template_sha256 else "sihpt"
            filters = {each for each in search_words(agreement) if is_facet(each)}
            kept = {each for each in stored if is_facet(each)}
            assert {each for each in kept ^ filters if each[1] not in left_out} == set()
            began_alone = "self_started" in tx.agreements.flags(agreement.id)
            assert ("=hself_started" in stored) == began_alone
        if _is_new(agreement.state, *map(_kind, entries)):
            timeline = dossier_of(house.deps, reference, house.staff).timeline
            assert all(entry.sentence for entry in timeline)
        for message in waiting:
            if _is_new(message.kind, sorted(message.values)):
                deliver.deliver(house.deps, message.id)
    assert house.rows(_AWAITING_US) == []
    others = 'select id, kind, "values" as said from messages where agreement_id is null'
    for message in house.rows(others):
        if _is_new(message.kind, _alike(message.said)):
            deliver.deliver(house.deps, str(message.id))
    with house.deps.database.begin() as tx:
        entries = tx.audit.of(None)
    assert check_chain(entries) == []
    if _is_new("staff", *map(_kind, entries)):
        page = staff_log.read(house.deps, Wanted(), house.staff)
        assert all(line.sentence and line.who for line in page.lines)


def _is_new(*shown: object) -> bool:
    """Whether this process sees it for the first time."""
    key = tuple(map(repr, shown))
    fresh = key not in _SEEN
    _SEEN.add(key)
    return fresh


def _kind(entry: Entry) -> object:
    """Entries with the same have the same sentence, but for numbers and typed words."""
    actor = entry.actor.partition(":")[0]
    return entry.event, actor, _alike(entry.data), sorted(entry.personal or [])


def _alike(value: Any) -> object:
    """The names in it and the words on which a text can depend, without what differs each time."""
    if isinstance(value, dict):
        return [(name, _alike(value[name])) for name in sorted(value)]
    if isinstance(value, list):
        return [_alike(each) for each in value]
    plain = not isinstance(value, str) or value.replace("_", "").isalpha()
    return value if plain and not isinstance(value, float) else ""


@pytest.fixture
def house(deps: Deps) -> Iterator[House]:
    """An installation without archive or keys."""
    made = _house(deps)
    yield made
    _must_hold(made)


@pytest.fixture
def public(house: House) -> House:
    """The page is open, and customers deviate in nothing."""
    opened(house.deps, house.staff)
    house.sample = PLAIN
    return house


@pytest.fixture
def an(house: House) -> Together:
    """An has three agreements, sent in one mail."""

    def make() -> tuple[str, ...]:
        return tuple(Together.sent(house).references)

    return Together(house, list(begin_with("three together", house.deps, make, archive=False)))


@pytest.fixture
def another(house: House) -> Callable[..., Staff]:
    """An additional member of staff with these roles."""

    def add(*roles: Role, name: str = "Jan Claes") -> Staff:
        return add_colleague(house.deps, f"{uuid.uuid4().hex}@it4.example", *roles, name=name)

    return add


@pytest.fixture
def unwatched_house(
    database_url: str,
    settings: Settings,
    maker: DocumentMaker,
    keys: Path,
    object_store: ObjectStoreAddress,
    bucket: str,
) -> Iterator[House]:
    """An installation with archive and keys, in which a test may break what otherwise holds."""
    store = bucket_at(object_store, bucket)
    changed: Any = dataclasses.replace(settings, key_dir=keys)
    with built(changed, database_url, store, maker) as made:
        yield _house(made)
        _drop_bucket(made.objects())


def _drop_bucket(objects: ObjectStore) -> None:
    """Delete a bucket's objects: the store of a whole run has room for only so many."""
    while some := list(islice(objects.versions(""), 1000)):  # the maximum per request
        objects.client.delete_objects(
            Bucket=objects.bucket,
            Delete={"Objects": [{"Key": v.key, "VersionId": v.version_id} for v in some]},
            BypassGovernanceRetention=True,
        )
    objects.client.delete_bucket(Bucket=objects.bucket)


@pytest.fixture
def whole_house(unwatched_house: House) -> Iterator[House]:
    """An installation with archive and keys."""
    yield unwatched_house
    _must_hold(unwatched_house)


@pytest.fixture
def done(whole_house: House) -> tuple[House, str, str]:
    """A completed agreement with the controller's browser."""
    reference, secret = begin_with("archived", whole_house.deps, whole_house.archived)
    return whole_house, reference, secret


@pytest.fixture
def second_verdict_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cache the second verdict on equal bytes."""
    monkeypatch.setattr(examine, "objection_to", remembered_objection)


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """A function that advances the database's clock, as the steps see it, by so many days."""

    def to(days: int) -> None:
        monkeypatch.setattr(Transaction, "now", lambda _tx: TODAY + timedelta(days=days))

    to(0)
    return to


@pytest.fixture
def anchored(unwatched_house: House, travel: Travel) -> tuple[House, str]:
    """Two agreements in progress, anchored today and again tomorrow, with new entries in
    between."""
    house = unwatched_house

    def make() -> str:
        reference = house.sent()
        house.sent()
        assert anchor.anchor(house.deps) == 2
        travel(1)
        house.signed(reference)
        assert anchor.anchor(house.deps) == 2
        return reference

    reference = begin_with("anchored", house.deps, make)
    travel(1)
    return house, reference
