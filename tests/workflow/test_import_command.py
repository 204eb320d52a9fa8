"""``zegel import``: its words, its JSON, its file of problems and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from colleagues import add_colleague
from command_line import zegel
from house import House
from lists import HEADINGS, as_csv, customer

from service.agreement.permissions import Role
from service.spreadsheets.read import read_table
from service.workflow.bulk import run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two good rows, of which one is doubtful, and a faulty one."""
    rows = [customer(1), customer(2, email="jan@gmial.com"), customer(3, email="an@")]
    (tmp_path / "klanten.csv").write_bytes(as_csv(rows))
    return tmp_path / "klanten.csv"


def stored(house: House) -> tuple[int, int]:
    """The number of agreements and imports."""
    (row,) = house.rows("select (select count(*) from agreements), (select count(*) from imports)")
    return row[0], row[1]


def test_checking_says_what_would_happen_and_keeps_nothing(house: House, file: Path) -> None:
    told = zegel(
        house, "import", "--check", "--service", "support", "--out", file.with_name("p.csv"), file
    )
    assert told.exit_code == 1, told.output
    for words in (
        "klanten.csv: 3 rijen",
        "  E-mail → E-mailadres van wie ondertekent",
        "Rij 3 (waarschuwing): Is het e-mailadres juist? Misschien is jan@gmail.com bedoeld.",
        "Rij 4: E-mail: Dit e-mailadres klopt niet",
        "2 klaar om te maken (waarvan 1 met een waarschuwing), 1 met een fout, 0 overgeslagen.",
        "Er is niets bewaard.",
    ):
        assert words in told.output
    assert stored(house) == (0, 0)
    faulty = read_table(file.with_name("p.csv").read_bytes()).rows
    assert faulty[0].cells == (*HEADINGS, "Probleem")
    assert len(faulty) == 2


def test_it_makes_the_good_ones_once_and_a_program_can_read_it(house: House, file: Path) -> None:
    told = zegel(
        house, "import", "--json", "--service", "support", "--out", file.with_name("p.csv"), file
    )
    assert told.exit_code == 1, told.output
    said = json.loads(told.stdout)
    assert (said["import"], said["counts"]) == (1, {"faulty": 1, "made": 2})
    assert [(each["row"], each["state"]) for each in said["rows"]] == [
        (2, "good"),
        (3, "good"),
        (4, "faulty"),
    ]
    assert said["rows"][2]["errors"][0]["code"] == "email_invalid"
    mended = file.with_name("p.csv").read_bytes().replace(b";an@;", b";an@zaak3.example;")
    file.write_bytes(mended)
    told = zegel(house, "import", "--send", file)  # the services are remembered
    assert told.exit_code == 0, told.output
    assert "1 overeenkomst gemaakt" in told.output
    assert "1 overeenkomst wordt verstuurd door de worker." in told.output
    told = zegel(house, "import", file)
    assert told.exit_code == 0
    assert "Al gemaakt door een eerdere import van deze lijst: VO-" in told.output
    assert stored(house) == (3, 3)


def test_one_mail_per_person_unless_told_otherwise(house: House, file: Path) -> None:
    for number, apart in enumerate(([], ["--apart"])):
        an = {"first": "An", "last": "Peeters", "email": f"an{number}@peeters.example"}
        file.write_bytes(as_csv([customer(10 + 2 * number + each, **an) for each in (0, 1)]))
        told = zegel(house, "import", "--send", *apart, "--service", "support", file)
        assert told.exit_code == 0, told.output
        run.run(house.deps)
    kinds = house.rows("select kind from messages where sent_as is null order by recipient")
    assert [kind for (kind,) in kinds] == ["bundle_invitation", "invitation", "invitation"]


def test_who_does_it_is_asked_when_several_may(house: House, file: Path) -> None:
    add_colleague(house.deps, "jan@it4.example", Role.SALES, name="Jan Claes")
    told = zegel(house, "import", "--service", "support", file)
    assert (told.exit_code, stored(house)) == (2, (0, 0))
    assert "jan@it4.example" in told.output
    told = zegel(house, "import", "--by", "niemand@x.example", file)
    assert told.exit_code == 2
    told = zegel(
        house, "import", "--by", "els@it4.example", "--owner", "JAN@it4.example",
        "--service", "support", "--days", "12", "--signer", "els@it4.example",
        "--without-doubtful", file,
    )  # fmt: skip
    assert told.exit_code == 1, told.output
    (row,) = house.rows("select sender_id, link_days from agreements")
    (jan,) = house.rows("select id from staff where email = 'jan@it4.example'")
    assert tuple(row) == (jan[0], 12)


def test_what_is_no_list_is_2(house: House, file: Path) -> None:
    file.write_bytes(b"%PDF-1.7")
    told = zegel(house, "import", file)
    assert told.exit_code == 2
    assert "Dit is geen lijst die wij kunnen lezen." in told.output
    assert (
        zegel(house, "import", "--service", "onzin", file.with_name("nergens.csv")).exit_code == 2
    )
