"""The open public page, and somebody who begins on it."""

from __future__ import annotations

from collections.abc import Sequence

from bakery import SALES
from colleagues import proof_of
from lists import SERVICES, as_csv

from bench.road import BROWSER
from service.agreement.capabilities import application_in, code_for
from service.agreement.permissions import Staff
from service.agreement.public_page import PublicPage
from service.deps import Deps
from service.workflow.actors import Client
from service.workflow.applying.apply import apply
from service.workflow.applying.begin import Begun, begin
from service.workflow.applying.page import save
from service.workflow.bulk import take_in

SETTING = {"opened": "yes", "per_day": "100"}


def opened(deps: Deps, staff: Staff, **fields: str) -> PublicPage:
    """Open the page; this member of staff signs for us."""
    said = {**SETTING, "countersigner": staff.id, **fields}
    return save(deps, said, ["cloud_storage"], staff, proof_of(deps, staff))


def applied(deps: Deps, form: str = "a form", client: Client = BROWSER, **fields: str) -> str:
    """The usual customer fills in the page; returns the cookie."""
    return apply(deps, {**SALES, **fields}, form, client)


def code_of(deps: Deps, cookie: str) -> str:
    """The mailed code."""
    return code_for(deps.secret_key, application_in(deps.secret_key, cookie))


def began(deps: Deps, **fields: str) -> Begun:
    """The usual customer enters the code."""
    cookie = applied(deps, **fields)
    return begin(deps, cookie, code_of(deps, cookie), BROWSER)


def listed(deps: Deps, staff: Staff, rows: Sequence[Sequence[str]]) -> int:
    """Import a list of these customers, of which no agreement is made; returns its number."""
    return take_in.take_in(deps, as_csv(rows), "klanten.csv", staff, options=SERVICES).number
