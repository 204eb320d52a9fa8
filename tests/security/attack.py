"""Helpers of the attacks: a link to attack, a browser on it, all contents of the database."""

from __future__ import annotations

from app_browser import Browser
from flask import Flask
from office import rows
from road import steps

from service.agreement.capabilities import code_for
from service.deps import Deps
from service.workflow.telling.links import address

ANNEX = {"personal_data": ["name"], "data_subjects": ["customers"], "dpo_answer": "no"}


def sent(deps: Deps, **fields: str) -> str:
    """The reference of an agreement whose link was mailed."""
    return steps(deps).sent(**fields)


def link_of(deps: Deps, reference: str) -> str:
    """The path of the current link."""
    link_id = steps(deps).link_id(reference)
    return address(deps, link_id).removeprefix(deps.settings.base_url)


def entered(app: Flask, link: str) -> Browser:
    """A browser that exchanged the link."""
    browser = Browser(app.test_client())
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
