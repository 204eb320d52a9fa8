"""A member of staff's browser on the real application and database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app_browser import Browser
from bakery import PROCESSOR
from colleagues import PASSWORD, add_colleague
from flask import Flask
from kept import application
from office import make_deps

from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.documents.produce import DocumentMaker
from service.engines import ObjectStoreAddress
from service.workflow.people import profile


@pytest.fixture
def deps(
    database_url: str,
    tmp_path: Path,
    keys: Path,
    object_store: ObjectStoreAddress,
    maker: DocumentMaker,
) -> Iterator[Deps]:
    """The dependencies of one test."""
    with make_deps(database_url, tmp_path, keys, object_store, maker) as made:
        yield made


@pytest.fixture
def app(deps: Deps) -> Flask:
    return application(deps)


@pytest.fixture
def admin(deps: Deps) -> tuple[Staff, str]:
    """An administrator with every role, and the password."""
    person = add_colleague(deps, "els@it4.example", *Role, name="Els Maes", function="Zaakvoerder")
    profile.first_profile(deps, PROCESSOR)
    return person, PASSWORD


@pytest.fixture
def office(app: Flask, admin: tuple[Staff, str]) -> Browser:
    browser = Browser(app.test_client())
    browser.sign_in("els@it4.example", admin[1])
    assert browser.status == 200
    return browser


@pytest.fixture
def as_role(deps: Deps, app: Flask, admin: tuple[Staff, str]) -> Callable[[Role], Browser]:
    """A browser of somebody with one role."""

    def sign_in(role: Role) -> Browser:
        email = f"{role.value}@it4.example"
        add_colleague(deps, email, role, name=f"Jan {role.value}")
        browser = Browser(app.test_client())
        browser.sign_in(email, PASSWORD)
        return browser

    return sign_in
