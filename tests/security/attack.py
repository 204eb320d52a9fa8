"""Helpers of the attacks: a link to attack, a browser on it, all contents of the database."""

from __future__ import annotations

from flask import Flask
from office import NEW, Office, rows
from road import load

from service.agreement.capabilities import code_for
from service.deps import Deps
from service.workflow.telling.links import address

DETAILS = {
    "name": "Bakkerij Peeters",
    "kind": "legal_entity",
    "legal_form": "BV",
    "country": "BE",
    "number": "0403.170.701",
    "street": "Molenstraat 3",
    "postcode": "2000",
    "city": "Antwerpen",
    "signatory_name": "An Peeters",
    "signatory_function": "Bestuurder",
    "notices_email": "info@peeters.example",
}
ANNEX = {"personal_data": ["name"], "data_subjects": ["customers"], "dpo_answer": "no"}


def sent(office: Office, **other: object) -> str:
    """The reference of an agreement whose link was mailed."""
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key"), **other})
    reference = office.path.rsplit("/", 1)[-1]
    office.post(f"/overeenkomsten/{reference}/verzending")
    assert office.status == 200
    return reference


def link_of(deps: Deps, reference: str) -> str:
    """The path of the current link."""
    with deps.database.begin() as tx:
        link = tx.signing.live_link(load(deps, reference).id)
    assert link
    return address(deps, link.id).removeprefix(deps.settings.base_url)


def entered(app: Flask, link: str) -> Office:
    """A browser that exchanged the link."""
    browser = Office(app.test_client())
    browser.get(link)
    browser.post(link)
    assert browser.status == 200
    return browser


def newest_code(deps: Deps) -> str:
    found = rows(deps, "select id from code_challenges order by created_at desc limit 1")
    return code_for(deps.secret_key, str(found[0][0]))


def everything(deps: Deps, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """All rows of all tables as text, as in a dump."""
    tables = rows(deps, "select tablename from pg_tables where schemaname = 'public'")
    return {
        table: "\n".join(sorted(row[0] for row in rows(deps, f'select t::text from "{table}" t')))
        for (table,) in tables
        if table not in without
    }
