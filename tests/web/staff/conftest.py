"""Staff's browser before the real application and database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.engines import ObjectStoreAddress
from service.workflow import accounts, profile

sys.path.insert(0, str(Path(__file__).parent))
from kept import application
from office import PROCESSOR, Office, make_deps


@pytest.fixture
def deps(
    database_url: str,
    tmp_path: Path,
    keys: Path,
    object_store: ObjectStoreAddress,
    maker: DocumentMaker,
) -> Iterator[Deps]:
    """The dependencies of one test."""
    built = make_deps(database_url, tmp_path, keys, object_store, maker)
    yield built
    built.database.close()


@pytest.fixture
def app(deps: Deps) -> Flask:
    """The application as it runs."""
    return application(deps)


@pytest.fixture
def admin(deps: Deps) -> tuple[Staff, str]:
    """The first administrator, who holds every role, and the password."""
    password = accounts.first_administrator(deps, "els@it4.example", "Els Maes", "Zaakvoerder")
    assert password
    profile.first_profile(deps, PROCESSOR)
    with deps.database.begin() as tx:
        account = tx.accounts.by_email("els@it4.example")
    assert account
    return account.person, password


@pytest.fixture
def office(app: Flask, admin: tuple[Staff, str]) -> Office:
    """The administrator's browser, signed in."""
    browser = Office(app.test_client())
    browser.sign_in("els@it4.example", admin[1])
    assert browser.status == 200
    return browser


@pytest.fixture
def as_role(deps: Deps, app: Flask, admin: tuple[Staff, str]) -> Callable[[Role], Office]:
    """A browser of somebody with one role."""

    def sign_in(role: Role) -> Office:
        email = f"{role.value}@it4.example"
        password = accounts.add_staff(
            deps,
            name=f"Jan {role.value}",
            email=email,
            function="",
            roles=[role.value],
            by=admin[0],
        )
        browser = Office(app.test_client())
        browser.sign_in(email, password)
        return browser

    return sign_in
