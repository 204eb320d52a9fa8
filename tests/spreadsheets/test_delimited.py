"""Every dialect of delimited text gives the same table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.error_codes import FieldCode
from service.errors import Invalid
from service.spreadsheets.formulas import as_given, harmless
from service.spreadsheets.read import read_pasted, read_table
from service.spreadsheets.table import MOST_ROWS_IN_FILE, Kind
from service.spreadsheets.write import write_table

ROWS = [
    ("Naam", "E-mail", "Nummer"),
    ("Café Ünlü; de beste", "an@cafe.example", "0403170701"),
    ('Zei "ja"', "jan@x.example", "8,63E+08"),
    ("Twee\nregels", "els@y.example", ""),
]


def written(separator: str, codec: str, *, line_end: str = "\r\n") -> bytes:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in ROWS]
    return (line_end.join(separator.join(row) for row in quoted) + line_end).encode(codec)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_dialect_is_read(separator: str, codec: str) -> None:
    table = read_table(written(separator, codec))
    assert [row.cells for row in table.rows] == ROWS
    assert [row.number for row in table.rows] == [1, 2, 3, 4]
    assert (table.dialect.kind, table.dialect.separator) == (Kind.DELIMITED, separator)
    again = read_table(write_table([row.cells for row in table.rows], table.dialect))
    assert [row.cells for row in again.rows] == ROWS
    assert again.dialect.separator == separator


def test_the_first_line_may_name_the_separator() -> None:
    table = read_table(b"sep=,\r\nNaam,E-mail\r\na;b,c;d\r\n")
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, ("Naam", "E-mail")),
        (3, ("a;b", "c;d")),
    ]


def test_empty_rows_and_columns_are_left_out_and_rows_keep_their_numbers() -> None:
    table = read_table(b";;;\nKlantenlijst;;;\n\nNaam;E-mail;;\nA;a@x.example;;\n;;;\nB;;;\n")
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, ("Klantenlijst", "")),
        (4, ("Naam", "E-mail")),
        (5, ("A", "a@x.example")),
        (7, ("B", "")),
    ]


def test_more_commas_in_addresses_than_separators_do_not_mislead() -> None:
    lines = ["Naam;Adres"] + [f"Zaak {n};Straat {n}, bus 2, 2000 Antwerpen" for n in range(5)]
    assert read_table("\n".join(lines).encode()).width == 2
    names = ["Naam,Adres"] + ["Zaak,Straat; bus; verdieping"] * 5
    assert read_table("\n".join(names).encode()).dialect.separator == ","


def test_a_pasted_block_is_read_with_its_tabs() -> None:
    table = read_pasted("Naam\tE-mail\r\nA\ta@x.example\r\n")
    assert table.rows[1].cells == ("A", "a@x.example")


def test_one_column_is_a_table_too() -> None:
    assert [row.cells for row in read_pasted("an@x.example\njan@x.example").rows] == [
        ("an@x.example",),
        ("jan@x.example",),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FieldCode.FILE_EMPTY),
        (b" \n;;\n", FieldCode.FILE_EMPTY),
        (b"\xfe\xff", FieldCode.FILE_EMPTY),
        (b"%PDF-1.7 x", FieldCode.FILE_NOT_A_TABLE),
        (b"Naam;E-mail\x00\x00x;y", FieldCode.FILE_NOT_A_TABLE),
        (b"Naam\n\x81", FieldCode.FILE_NOT_A_TABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx", FieldCode.FILE_OLD_OR_PROTECTED),
        (b'Naam;E-mail\nA;"x' + b"y;z\n" * 60_000, FieldCode.FILE_QUOTE),
        (b"a;b\n" * (MOST_ROWS_IN_FILE + 1), FieldCode.FILE_ROWS),
        (b";".join([b"x"] * 201), FieldCode.FILE_COLUMNS),
        (b"x" * ((20 << 20) + 1), FieldCode.FILE_TOO_LARGE),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(data: bytes, code: FieldCode) -> None:
    with pytest.raises(Invalid) as refused:
        read_table(data)
    assert [(each.field, each.code) for each in refused.value.errors] == [("file", code)]


@pytest.mark.parametrize("cell", ["=1+1", "+32", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_that_we_write_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"x{cell}") == f"x{cell}"
    assert as_given(harmless(cell)) == cell
    assert as_given("'t Huis") == "'t Huis"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = read_table(data)
    except Invalid:
        return
    assert table.rows
    assert all(len(row.cells) == table.width for row in table.rows)
    assert "\x00" not in str(table.rows)
