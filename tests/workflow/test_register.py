"""The register of article 30(2): its entries, its three kinds of file, its filter, its log."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from colleagues import add_colleague
from command_line import zegel
from house import House

from service.agreement.lists import Search
from service.agreement.permissions import OPERATOR, Role
from service.agreement.register import COLUMNS
from service.errors import Invalid, NotAllowed
from service.workflow.keeping.export_register import RegisterKind, export_register
from service.workflow.life.end import GivenEnd, end

BOM = "\N{BYTE ORDER MARK}"


def exported(house: House, kind: RegisterKind, search: Search | None = None) -> bytes:
    found = export_register(house.deps, search or Search(), kind, OPERATOR)
    return b"".join(found.parts)


def entries(house: House, search: Search | None = None) -> list[dict[str, Any]]:
    told = json.loads(exported(house, RegisterKind.JSON, search))
    assert told["count"] == len(told["agreements"])
    return list(told["agreements"])


def test_an_entry_says_what_the_article_asks(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    settings = dataclasses.replace(
        house.deps.settings, register_dpo="Ann Smet, fg@zenner.example", register_transfers="geen"
    )
    house.deps = dataclasses.replace(house.deps, settings=settings)
    (entry,) = entries(house)
    assert tuple(entry) == COLUMNS
    assert entry["reference"] == reference
    assert entry["status"] == "Van kracht"
    assert entry["processor"] == "Christophe Zenner (IT4Professionals)"
    assert entry["processor_dpo"] == "Ann Smet, fg@zenner.example"
    assert entry["controller"] == "Bakkerij Peeters BV"
    assert entry["controller_number"] == "0403.170.701"
    assert entry["controller_email"] == "info@peeters.example"
    assert entry["controller_represented_by"] == "An Peeters, Bestuurder"
    assert entry["controller_dpo"] == "geen"
    assert entry["services"][0].startswith("opslag van gegevens")
    assert entry["transfers"] == "geen"
    assert "artikel 6" in entry["security"]
    assert "Allergieën van klanten" in entry["personal_data"]
    assert entry["special_data"] == ["Allergieën van klanten (Eigen woorden in Bijlage 1)"]
    assert len(entry["data_subjects"]) == 1


def test_every_kind_of_file_says_the_same_and_executes_nothing(
    done: tuple[House, str, str],
) -> None:
    house, _, _ = done
    house.rows("update agreements set main_reference = '=cmd|''/c calc''!A0', main_date = null")
    (entry,) = entries(house)
    text = exported(house, RegisterKind.CSV).decode()
    assert text.startswith(BOM)
    first, row = csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";")
    assert len(first) == len(row) == len(COLUMNS)
    assert row[COLUMNS.index("main_agreement")] == "'=cmd|'/c calc'!A0"
    assert row[COLUMNS.index("processor_phone")] == "'+32 9 234 56 78"
    assert row[COLUMNS.index("personal_data")] == "; ".join(entry["personal_data"])

    book = openpyxl.load_workbook(io.BytesIO(exported(house, RegisterKind.XLSX)))
    headings, cells = book.active.iter_rows()
    assert [each.value for each in headings] == first
    assert {each.data_type for each in cells if each.value is not None} == {"s"}
    assert cells[COLUMNS.index("main_agreement")].value == "=cmd|'/c calc'!A0"
    assert exported(house, RegisterKind.XLSX, Search(words="niemand"))


def test_in_force_on_a_date(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    effective = house.agreement(reference).effective_date
    assert effective
    last = effective + timedelta(days=10)
    given = GivenEnd((last + timedelta(days=1)).isoformat(), "controller")
    end(house.deps, reference, given, house.staff)

    def on(day: date) -> list[str]:
        return [each["status"] for each in entries(house, Search(in_force_on=day))]

    assert on(effective - timedelta(days=1)) == []
    assert on(effective) == on(last) == ["Loopt af"]
    assert on(last + timedelta(days=1)) == []
    assert entries(house)[0]["ends_on"] == (last + timedelta(days=1)).isoformat()

    house.rows("update agreements set state = 'superseded'")
    assert on(last) == ["Loopt af"]  # its end is known
    house.rows("delete from contract_lives")
    assert on(last) == []
    assert [each["status"] for each in entries(house)] == ["Vervangen"]


def test_only_what_is_signed_and_found(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    house.draft()
    assert [each["reference"] for each in entries(house)] == [reference]
    assert len(entries(house, Search(words="peeters", state="completed"))) == 1
    assert entries(house, Search(words="janssens")) == []
    with pytest.raises(Invalid):
        exported(house, RegisterKind.CSV, Search(words="p"))


def test_each_export_is_logged_before_it_begins(done: tuple[House, str, str]) -> None:
    house, _, _ = done
    day = date(2030, 1, 2)
    export_register(
        house.deps, Search(words="peeters", in_force_on=day), RegisterKind.CSV, house.staff
    )
    ((actor, data, personal),) = house.rows(
        "select actor, e.data, p.data from audit_entries e"
        " join audit_personal p on p.entry_id = e.id where event = 'archive.exported'"
    )
    assert actor == house.staff.actor
    filters = {"in_force_on": "2030-01-02"}
    assert data == {"what": "register", "kind": "csv", "count": 1, "filter": filters}
    assert personal["words"] == "peeters"
    sales = add_colleague(house.deps, "verkoop@it4.example", Role.SALES)
    with pytest.raises(NotAllowed):
        export_register(house.deps, Search(), RegisterKind.CSV, sales)


def test_the_command_writes_a_file(done: tuple[House, str, str], tmp_path: Path) -> None:
    house, reference, _ = done
    file = tmp_path / "register.json"
    order = ("archive", "register", "--format", "json", "--out", file)
    told = zegel(house, *order, "--on", "2099-12-31")
    assert told.exit_code == 0, told.output
    assert told.output == f"1 overeenkomst in {file}.\n"
    assert reference in file.read_text(encoding="utf-8")
    wrong = zegel(house, *order, "--on", "31/31/2026")
    assert (wrong.exit_code, "Deze datum klopt niet" in wrong.output) == (1, True)
    assert [each.name for each in tmp_path.iterdir()] == ["register.json"]
