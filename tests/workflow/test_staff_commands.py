"""``zegel staff`` gives the machine's operator access again, from the printed link on."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result
from colleagues import add_colleague
from house import House

from service.agreement.permissions import Role
from service.cli.main import main
from service.workflow.people import account_links, accounts

JAN = "jan@it4.example"
NEW = "blauwe-fiets-op-zolder"


def zegel(house: House, *arguments: str) -> Result:
    """The command, on this installation's database."""
    environment = {
        "ZEGEL_MODE": "development",
        "ZEGEL_DATA": str(house.deps.settings.data_dir),
        "ZEGEL_BASE_URL": house.deps.settings.base_url,
        "ZEGEL_SECRET_KEY": "5" * 64,
        "DATABASE_URL": house.deps.database.url.replace("+psycopg", ""),
        "S3_ENDPOINT_URL": "http://127.0.0.1:1",  # neither command needs the archive
        "S3_BUCKET": "none",
        "S3_ACCESS_KEY_ID": "none",
        "S3_SECRET_ACCESS_KEY": "none",
    }
    return CliRunner().invoke(main, ["staff", *arguments], env=environment)


def use(house: House, told: Result) -> frozenset[Role]:
    """Choose a password with the printed link and sign in; returns the roles."""
    assert told.exit_code == 0, told.output
    assert "Jan Claes" in told.output
    (token,) = re.findall(r"http://localhost/account/link/(\S+)", told.output)
    account_links.choose_password(house.deps, token, new=NEW, again=NEW)
    accounts.sign_in(house.deps, JAN, NEW)
    with house.deps.database.begin() as tx:
        account = tx.accounts.by_email(JAN)
    assert account
    assert account.active
    return account.person.roles


def changes(house: House) -> list[str]:
    """The recipients of mails about changes."""
    return [row[0] for row in house.rows("select recipient from messages order by recipient")]


def test_a_link_lets_a_colleague_in_and_gives_no_more_than_before(house: House) -> None:
    add_colleague(house.deps, JAN, Role.SALES, name="Jan Claes")
    assert use(house, zegel(house, "link", JAN)) == {Role.SALES}
    assert house.staff.email in changes(house)


def test_an_administrator_is_made_of_somebody_who_was_blocked(house: House) -> None:
    add_colleague(house.deps, JAN, Role.SALES, name="Jan Claes")
    house.rows(f"update staff set active = false where email = '{JAN}'")
    refused = zegel(house, "link", JAN)
    assert refused.exit_code == 1
    assert use(house, zegel(house, "administrator", JAN)) == {Role.SALES, Role.ADMIN}
    assert house.staff.email in changes(house)


@pytest.mark.parametrize("command", ["link", "administrator"])
def test_nobody_with_that_address_is_said_and_changes_nothing(house: House, command: str) -> None:
    told = zegel(house, command, "niemand@it4.example")
    assert told.exit_code == 1
    assert "Er is geen medewerker met toegang met het adres niemand@it4.example." in told.output
    assert house.rows("select 1 from account_links") == []
    assert changes(house) == []
