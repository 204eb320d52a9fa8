"""Everything real, and controlled by the test so that it can be killed, stopped and raced."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from bakery import PROCESSOR
from built import built
from colleagues import PASSWORD, add_colleague
from emptied import empty, kept_database
from fault_road import House, MakeHouse
from kill_harness import Kennel, Letterbox, mailing_to

from service.agreement.permissions import Role as StaffRole
from service.documents.produce import DocumentMaker
from service.engines import EmbeddedPostgres, ObjectStoreAddress
from service.engines.process import free_ports
from service.settings.table import load_settings
from service.workflow.people import profile
from storage.objects import S3Config


def pytest_configure(config: pytest.Config) -> None:
    """Markers for what ``make kills`` runs at length, and for tests that need their own
    database."""
    config.addinivalue_line("markers", "kills: SIGKILLs processes of the service")
    config.addinivalue_line(
        "markers", "own_database: what it does to the database or its connections would outlive it"
    )


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The worker's database, emptied after the test; or the test's own if it is marked so."""
    if request.node.get_closest_marker("own_database"):
        yield request.getfixturevalue("own_database")
        return
    url: str = request.getfixturevalue("one_database")
    yield url
    empty(url)


@pytest.fixture
def own_database(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A new, migrated database: a test must not wait for locks held by a killed process."""
    with kept_database(postgres_server, f"test_{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture
def environment(
    database_url: str, tmp_path: Path, keys: Path, object_store: ObjectStoreAddress, bucket: str
) -> dict[str, str]:
    """The settings of this test as variables; its processes get the same."""
    return {
        "ZEGEL_MODE": "development",
        "ZEGEL_DATA": str(tmp_path / "data"),
        "ZEGEL_KEY_DIR": str(keys),
        "ZEGEL_SECRET_KEY": "5" * 64,
        "ZEGEL_OFFICE_WORKERS": "1",
        "ZEGEL_WEB_WORKERS": "1",
        "DATABASE_URL": database_url.replace("+psycopg", ""),
        "S3_ENDPOINT_URL": object_store.endpoint_url,
        "S3_REGION": object_store.region,
        "S3_BUCKET": bucket,
        "S3_ACCESS_KEY_ID": object_store.access_key_id,
        "S3_SECRET_ACCESS_KEY": object_store.secret_access_key,
    }


@pytest.fixture
def make_house(
    environment: dict[str, str], database_url: str, maker: DocumentMaker
) -> Iterator[MakeHouse]:
    """Deps on these engines with other settings, and the people in the database."""
    houses = ExitStack()

    def make(*, own_maker: bool = False, known: House | None = None, **other: str) -> House:
        settings = load_settings({**environment, **other})
        store = S3Config(
            bucket=settings.s3_bucket,
            endpoint_url=settings.s3_endpoint_url,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key,
        )
        given = None if own_maker else maker
        deps = houses.enter_context(built(settings, database_url, store, given))
        if known:
            house = House(deps, known.staff, known.password)
        else:
            staff = add_colleague(
                deps, "els@it4.example", *StaffRole, name="Els Maes", function="Zaakvoerder"
            )
            profile.first_profile(deps, PROCESSOR)
            house = House(deps, staff, PASSWORD)
        houses.callback(house.close)
        return house

    with houses:
        yield make


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    return make_house()


@pytest.fixture
def letterbox(environment: dict[str, str]) -> Iterator[Letterbox]:
    """A mail server, with settings that use it."""
    (port,) = free_ports(1)
    environment |= mailing_to(port)
    box = Letterbox()
    server = box.controller(port)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def kennel_without_mail(environment: dict[str, str], tmp_path: Path) -> Iterator[Kennel]:
    """The program that starts and kills processes of the service, which mail into a folder."""
    found = Kennel(environment, tmp_path / "processes.log")
    yield found
    found.close()


@pytest.fixture
def kennel(
    environment: dict[str, str], letterbox: Letterbox, kennel_without_mail: Kennel
) -> Kennel:
    """The same with a mail server."""
    (port,) = free_ports(1)
    environment["ZEGEL_PORT"] = str(port)
    return kennel_without_mail
