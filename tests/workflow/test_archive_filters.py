"""The archive filtered by template, service, kinds of data and country, alone and with words."""

from __future__ import annotations

from datetime import date

from house import House

from service.agreement.facets import Facets
from service.agreement.lists import Search
from service.workflow.keeping.listing import search_archive, versions_of_text

FAR = date(2099, 1, 1)


def found(house: House, search: Search) -> list[str]:
    return [each.reference for each in search_archive(house.deps, search, house.staff).lines]


def test_each_filter_alone_and_all_together(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    ((sha256, _),) = versions_of_text(house.deps)
    right = {"template": sha256, "service": "cloud_storage", "country": "BE"}
    wrong = {"template": "0" * 64, "service": "support", "country": "NL", "flag": "special"}
    for name, value in right.items():
        assert found(house, Search(facets=Facets(**{name: value}))) == [reference], name
    for name, value in wrong.items():
        assert found(house, Search(facets=Facets(**{name: value}))) == [], name
        assert found(house, Search(facets=Facets(**{**right, name: value}))) == [], name
    together = Search(words="peeters", in_force_on=FAR, facets=Facets(**right))
    assert found(house, together) == [reference]
    assert found(house, Search(words="janssens", facets=Facets(**right))) == []


def test_kinds_of_data(house: House) -> None:
    """They are known as soon as Bijlage 1 is, so also for what is not signed yet."""
    reference = house.draft(chosen={"personal_data": ["health"], "data_subjects": ["minors"]})
    (row,) = house.rows(
        "select tsvector_to_array(search) from agreements where reference = :r", r=reference
    )
    assert {"=vspecial", "=vminors"} <= set(row[0])
    assert "=vcriminal" not in row[0]
