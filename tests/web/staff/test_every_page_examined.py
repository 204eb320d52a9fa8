"""No page can be forgotten: axe-core examines what each route shows."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

from examined import BESIDE, FILES, IMPORTS, SIGNER, SIGNPOSTS, TEMPLATES, endpoint_at
from flask import Flask
from page_samples import PAGES
from test_staff_accessible import Place

SIGN = Path(__file__).parents[3] / "templates" / "nl" / "pages" / "sign"


def at_addresses(app: Flask) -> set[str]:
    """The routes of the addresses that test_staff_accessible visits."""
    place = Place(*("x" for _ in dataclasses.fields(Place)))
    paths = [path for path in place.pages.values() if path != "/bestaat-niet"]
    return {endpoint_at(app, path) for path in paths}


def test_every_page_of_a_route_is_examined(app: Flask) -> None:
    shown = at_addresses(app) | BESIDE | IMPORTS | TEMPLATES | set(SIGNER)
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert shown & (FILES | SIGNPOSTS) == set()
    assert routes == shown | FILES | SIGNPOSTS


def test_the_samples_are_what_the_signers_routes_show(app: Flask) -> None:
    for endpoint, name in SIGNER.items():
        template, _ = PAGES[name]
        source = Path(inspect.getfile(inspect.unwrap(app.view_functions[endpoint]))).read_text()
        assert re.search(rf"\b{Path(template).stem}\b", source), endpoint
    assert {f"sign/{file.name}" for file in SIGN.glob("*.html")} == {
        template for template, _ in PAGES.values() if template.startswith("sign/")
    }
