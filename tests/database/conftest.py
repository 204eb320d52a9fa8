"""A migrated database with one member of staff and a profile, and agreements made in it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import bakery
import pytest
from emptied import as_owner
from sqlalchemy import Engine, create_engine, text
from usual import USUAL

from service.agreement.annex import Annex, Item
from service.agreement.model import Agreement
from service.agreement.parties import Controller, MainAgreement, Signatory, parse_processor
from service.agreement.permissions import Role, Staff
from service.agreement.states import Order, PlaceState, State
from service.database.engine import Database, Transaction

STAFF = Staff(str(uuid.uuid4()), "Els Maes", "els@it4.example", "Adviseur", frozenset(Role))
PROCESSOR = parse_processor(bakery.PROCESSOR)
CONTROLLER = Controller(
    name="Bakkerij Peeters",
    legal_form="BV",
    number_type="be",
    number="0403170701",
    street="Molenstraat 3",
    postcode="2000",
    city="Antwerpen",
    notices_email="info@peeters.example",
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database as the service opens it."""
    made = Database(database_url)
    with made.begin() as tx:
        tx.accounts.add(STAFF, "no hash")
        tx.profiles.add(1, PROCESSOR, None)
    yield made
    made.close()


@pytest.fixture
def staff() -> Staff:
    return STAFF


@pytest.fixture
def engine(database_url: str, database: Database) -> Iterator[Engine]:
    """The same database for plain SQL, as the owner of its tables."""
    made = create_engine(as_owner(database_url))
    yield made
    made.dispose()


@pytest.fixture
def sql(engine: Engine) -> Callable[..., list[Any]]:
    """Runs one statement in its own transaction."""

    def run(statement: str, **values: Any) -> list[Any]:
        with engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    return run


@pytest.fixture
def new() -> Callable[..., Agreement]:
    """Inserts a draft with ``changed`` fields into an open transaction."""

    def insert(tx: Transaction, **changed: Any) -> Agreement:
        made = Agreement(
            id=str(uuid.uuid4()),
            reference=changed.pop("reference", None) or tx.agreements.next_reference(2026),
            state=State.DRAFT,
            edition=1,
            order=Order.CONTROLLER_FIRST,
            annex_locked=False,
            processor=PROCESSOR,
            processor_version=1,
            controller=CONTROLLER,
            signatory=Signatory("An Peeters", "an@peeters.example", "Bestuurder"),
            signatory_id=str(uuid.uuid4()),
            main_agreement=MainAgreement("HO-2024-17"),
            services=("cloud_storage",),
            annex=Annex(
                (
                    Item("personal_data", "Naam en voornaam", "name"),
                    Item("personal_data", "Allergieën", "", "own"),
                    Item("data_subjects", "Klanten", "customers", "", "processor"),
                ),
                "no",
            ),
            details_confirmed=False,
            message="",
            link_days=30,
            sender_id=STAFF.id,
            created_at=tx.now(),
            sent_at=None,
            opened_at=None,
            expires_at=None,
            fully_signed_at=None,
            effective_date=None,
            frozen_sha256="",
            failure="",
            places=dict.fromkeys(USUAL, PlaceState.OPEN),
        )
        made = dataclasses.replace(made, **changed)
        tx.agreements.insert(made)
        return made

    return insert
