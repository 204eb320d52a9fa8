"""The shipped text is the specified agreement, and the committed Word file is built from it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.documents.builder.__main__ import BUILT
from service.documents.builder.package import build, docx_path, source_path
from service.documents.docx_blocks import Paragraph, TableBlock, printed_paragraphs, read_blocks
from service.documents.fill import CompiledTemplate
from service.documents.placeholders import Placeholder
from service.documents.source import SourceError, parse
from service.documents.template import DocumentTemplate
from service.errors import GenerationFailed
from service.texts import OURS, text
from tests.documents.samples import ordinary

DATED = datetime(2026, 3, 1, tzinfo=UTC)
HEADINGS = [
    "Doeleinden van verwerking",
    "Verplichtingen Verwerker",
    "Doorgifte van persoonsgegevens",
    "Verdeling van verantwoordelijkheid",
    "Inschakelen van derden of onderaannemers",
    "Beveiliging",
    "Meldplicht",
    "Afhandeling verzoeken van betrokkenen",
    "Geheimhouding en vertrouwelijkheid",
    "Audit",
    "Aansprakelijkheid",
    "Duur en beëindiging",
    "Toepasselijk recht en geschillenbeslechting",
    "Bijlagen",
]
CLAUSES = [3, 6, 3, 3, 3, 3, 4, 1, 2, 5, 1, 4, 2]


@pytest.fixture(scope="module")
def blocks(compiled: CompiledTemplate) -> list[Paragraph | TableBlock]:
    return read_blocks(compiled.fill({**ordinary(), "preview": False}, dated=DATED))


def clause(blocks: list[Paragraph | TableBlock], number: str) -> str:
    """A clause's text with its bullets."""
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph) and block.label == number:
            texts.append(block.text)
        elif texts and isinstance(block, Paragraph) and block.bullet:
            texts.append("• " + block.text)
        elif texts:
            break
    return "\n".join(texts)


@pytest.mark.parametrize("name", BUILT)
def test_the_committed_word_file_is_what_the_source_builds(templates_dir: Path, name: str) -> None:
    folder = templates_dir / name
    footer = tomllib.loads((folder / "template.toml").read_text("utf-8"))["footer"]
    assert docx_path(folder).read_bytes() == build(source_path(folder).read_text("utf-8"), footer)


def test_articles_and_clauses_are_numbered_as_specified(
    blocks: list[Paragraph | TableBlock],
) -> None:
    paragraphs = [block for block in blocks if isinstance(block, Paragraph)]
    articles = [(block.label, block.text) for block in paragraphs if block.style == "Heading1"]
    assert articles == [
        (f"Artikel {number}.", heading) for number, heading in enumerate(HEADINGS, start=1)
    ]
    expected = [
        f"{article}.{number}"
        for article, count in enumerate(CLAUSES, start=1)
        for number in range(1, count + 1)
    ]
    assert len(expected) == 40
    assert [block.label for block in paragraphs if block.style == "Clause"] == expected


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("1.1", ["in opdracht van", "uitsluitend", "redelijkerwijs samenhangen", "instemming"]),
        (
            "1.2",
            ["Bijlage 1", "geen ander doel", "kwaliteitsdoeleinden, zoals", "wetenschappelijk"],
        ),
        ("1.3", ["eigendom"]),
        ("2.1", ["draagt zorg voor de naleving", "in ieder geval"]),
        ("2.2", ["eerste verzoek", "op grond van deze Verwerkersovereenkomst"]),
        ("2.4", ["onmiddellijk", "2.1"]),
        ("2.6", ["artikel 30 AVG", "Op verzoek"]),
        ("3.1", ["passend beschermingsniveau"]),
        ("4.2", ["louter verantwoordelijk", "uitdrukkelijk niet verantwoordelijk"]),
        ("5.1", ["specifieke derde die hem werd meegedeeld", "onaanvaardbaar"]),
        ("5.2", ["schriftelijk", "dezelfde plichten"]),
        ("6.1", ["spant zich in", "voor de uit te voeren verwerkingen", "onbevoegde kennisname"]),
        ("7.1", ["binnen 48 uur", "te allen tijde", "bekend"]),
        ("7.3", ["categorieën van betrokkenen en van persoonsgegevens", "meer informatie"]),
        ("7.3", ["heeft voorgesteld of genomen om het lek aan te pakken", "in voorkomend geval"]),
        ("7.4", ["artikel 33, lid 5, AVG"]),
        ("8.1", ["artikelen 15 tot en met 22 AVG"]),
        ("9.1", ["rust een geheimhoudingsplicht jegens derden", "niet voor een ander doel"]),
        ("9.2", ["Deze geheimhoudingsplicht geldt niet", "aard van de opdracht en de uitvoering"]),
        ("10.2", ["eenmaal per jaar", "concreet vermoeden van misbruik van persoonsgegevens"]),
        ("10.5", ["kosten", "Verwerkingsverantwoordelijke"]),
        ("11.1", ["komen uitdrukkelijk overeen", "Algemene Voorwaarden", "Hoofdovereenkomst"]),
        ("12.1", ["op de datum van de laatste ondertekening"]),
        ("12.3", ["naar keuze van de Verwerkingsverantwoordelijke", "teruggeven en/of"]),
        ("12.4", ["ten minste drie maanden", "tegen het einde van die drie maanden"]),
        ("13.1", ["Belgische recht", "de uitvoering ervan"]),
        (
            "13.2",
            [
                "Alle geschillen",
                "tussen de Partijen",
                "arrondissement waar de Verwerker gevestigd is",
            ],
        ),
    ],
)
def test_clauses_say_what_they_must(
    blocks: list[Paragraph | TableBlock], number: str, words: list[str]
) -> None:
    text = clause(blocks, number)
    assert all(word in text for word in words), text


def test_no_clause_says_less_than_it_must(blocks: list[Paragraph | TableBlock]) -> None:
    """Words of version 1.0 that were weaker, or stronger, than the intended term."""
    for number, word in (
        ("1.2", "namelijk"),
        ("2.1", "ziet"),
        ("4.2", "uitsluitend"),
        ("9.1", "vertrouwelijk "),
        ("9.2", "Artikel 9.1 geldt niet"),
    ):
        assert word not in clause(blocks, number), number


def test_the_notice_of_a_breach_is_one_list_of_four(blocks: list[Paragraph | TableBlock]) -> None:
    bullets = [line for line in clause(blocks, "7.3").split("\n") if line.startswith("• ")]
    assert len(bullets) == 4
    for bullet, word in zip(
        bullets, ["aard", "functionaris", "waarschijnlijke gevolgen", "maatregelen"], strict=True
    ):
        assert word in bullet


def test_defined_terms_are_written_with_a_capital(blocks: list[Paragraph | TableBlock]) -> None:
    text = " ".join(block.text for block in printed_paragraphs(blocks))
    for term in ("verwerkingsverantwoordelijke", "hoofdovereenkomst", "partijen", "verwerker "):
        # each may be in lower case once: where it is defined
        assert text.count(term) <= 1, term


def test_the_guarantee_that_is_confirmed_is_the_one_of_the_annex(
    blocks: list[Paragraph | TableBlock],
) -> None:
    parties = {"organisation": "De Verwerkingsverantwoordelijke", "processor": "de Verwerker"}
    said = text("statements.annex_guarantee", OURS, **parties).partition(": ")[2]
    printed = [block.text for block in printed_paragraphs(blocks) if "vrijwaart" in block.text]
    assert [
        sentence.replace("in deze Bijlage 1", "in Bijlage 1").replace("door de", "door De")
        for sentence in printed
    ] == [said]


def test_the_table_gives_name_function_date_and_signature(
    blocks: list[Paragraph | TableBlock],
) -> None:
    tables = [block for block in blocks if isinstance(block, TableBlock)]
    labels = [[row[0].paragraphs[0].text for row in table.rows] for table in tables]
    assert labels[0] == ["Partij", "Naam", "Nummer", "Zetel"]  # before anything else is read
    assert labels[1][:5] == ["Partij", "Naam", "Functie", "Datum", "Handtekening"]
    assert labels[3][:5] == ["Partij", "Naam", "Functie", "Datum", "Handtekening"]
    assert all(table.headers == 1 for table in tables)


def test_every_declared_placeholder_is_used(agreement_template: DocumentTemplate) -> None:
    # compiling refuses undeclared placeholders; this checks for unused declarations
    used = CompiledTemplate(agreement_template).used
    assert {placeholder.path for placeholder in agreement_template.placeholders} - used == set()


def test_an_undeclared_placeholder_is_refused(agreement_template: DocumentTemplate) -> None:
    fewer = [entry for entry in agreement_template.placeholders if entry.path != "controller.seat"]
    changed = replace(agreement_template, placeholders=tuple(fewer))
    with pytest.raises(GenerationFailed) as failure:
        CompiledTemplate(changed)
    assert "controller.seat" in failure.value.detail


@pytest.mark.parametrize(
    "source", ["## 2 Too far", "## 1 One\n\n1.2 skipped", "::table 10\nx |y\n::end", "::table 10"]
)
def test_a_source_that_breaks_its_rules_is_refused(source: str) -> None:
    with pytest.raises(SourceError):
        parse(source)


def test_the_signature_places_have_room(agreement_template: DocumentTemplate) -> None:
    points_per_cm = 72 / 2.54
    assert [mark.place for mark in agreement_template.marks] == [
        "controller_agreement",
        "processor_agreement",
        "controller_annex",
    ]
    assert all(mark.height >= 2.7 * points_per_cm for mark in agreement_template.marks)


def test_a_declaration_reads_back() -> None:
    assert Placeholder.parse("a.b[]?") == Placeholder("a.b", nullable=True, listed=True)
