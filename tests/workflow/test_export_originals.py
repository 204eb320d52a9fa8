"""A selection of originals as one streamed ZIP: its files, its index, what is broken, its log."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError
from colleagues import add_colleague
from command_line import zegel
from house import House

from service.agreement.lists import Search
from service.agreement.permissions import OPERATOR, Role
from service.errors import NotAllowed
from service.workflow.keeping.export_originals import Originals, export_originals

INDEX = "inhoudsopgave.csv"


def fetched(house: House, search: Search | None = None) -> tuple[Originals, zipfile.ZipFile]:
    found = export_originals(house.deps, search or Search(), OPERATOR)
    package = zipfile.ZipFile(io.BytesIO(b"".join(found.parts)))
    assert package.testzip() is None
    return found, package


def index_of(package: zipfile.ZipFile) -> list[dict[str, str]]:
    text = package.read(INDEX).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def shed(house: House, reference: str) -> None:
    """From now on only the archive has the files."""
    with house.deps.database.begin() as tx:
        tx.documents.drop_working_copies(house.agreement(reference).id)


def test_each_agreement_has_its_folder_and_its_lines(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    before = house.events(reference).count("archive.downloaded")
    for only_there in (False, True):
        if only_there:
            shed(house, reference)
        found, package = fetched(house)
        *files, last = package.namelist()
        assert last == INDEX
        assert [each.partition("/")[0] for each in files] == [reference] * 2
        assert (found.count, found.missing) == (1, 0)
        rows = index_of(package)
        assert [each["Bestand"] for each in rows] == files
        for row in rows:
            data = package.read(row["Bestand"])
            assert data.startswith(b"%PDF-")
            assert row["Controlegetal (SHA-256)"] == hashlib.sha256(data).hexdigest()
            assert (row["Klant"], row["Probleem"]) == ("Bakkerij Peeters BV", "")
    assert house.events(reference).count("archive.downloaded") == before + 2
    ((data,),) = house.rows(
        "select distinct data from audit_entries where event = 'archive.exported'"
    )
    assert data == {"what": "originals", "kind": "zip", "count": 1, "filter": {}}
    _, nothing = fetched(house, Search(words="janssens"))
    assert nothing.namelist() == [INDEX]


def test_what_is_broken_is_named_and_the_rest_follows(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    shed(house, reference)
    house.rows(
        "update archived_objects set sha256 = decode(repeat('00', 32), 'hex')"
        " where name = 'bewijsblad.pdf'"
    )
    found, package = fetched(house)
    assert (len(package.namelist()), found.missing) == (2, 1)
    good, bad = index_of(package)
    assert good["Probleem"] == bad["Grootte (bytes)"] == ""
    assert bad["Probleem"].startswith("niet gelijk aan wat werd opgeslagen")
    assert "look" in house.jobs()

    def cut(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://s3")

    house.deps.objects().client.meta.events.register("before-send.s3.GetObject", cut)
    found, package = fetched(house)
    assert (package.namelist(), found.missing) == ([INDEX], 2)
    assert {each["Probleem"] for each in index_of(package)} == {
        "het archief gaf dit niet terug; haal het later opnieuw op"
    }


def test_only_those_who_may_export(done: tuple[House, str, str]) -> None:
    house, _, _ = done
    sales = add_colleague(house.deps, "verkoop@it4.example", Role.SALES)
    with pytest.raises(NotAllowed):
        export_originals(house.deps, Search(), sales)


def test_the_command_writes_a_file_and_says_what_is_missing(
    done: tuple[House, str, str], tmp_path: Path
) -> None:
    house, _, _ = done
    file = tmp_path / "originelen.zip"
    told = zegel(house, "archive", "export", "--out", file, "--country", "be")
    assert (told.exit_code, told.output) == (0, f"1 overeenkomst in {file}.\n")
    assert len(zipfile.ZipFile(file).namelist()) == 3
    wrong = zegel(house, "archive", "export", "--out", file, "--data", "x")
    assert wrong.exit_code == 2
    assert "special, criminal" in wrong.output
