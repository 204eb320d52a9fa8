"""Filling: every value arrives as typed, missing values are refused, templates cannot escape."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jinja2
import pytest
from docxtpl import DocxTemplate
from lxml import etree

from service.documents.docx_blocks import printed_paragraphs, read_blocks
from service.documents.environment import TemplateEnvironment
from service.documents.fill import CompiledTemplate
from service.documents.template import DocumentTemplate, read_part
from service.errors import GenerationFailed
from tests.documents.samples import hard, ordinary

DATED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def filled(compiled: CompiledTemplate, context: dict[str, Any]) -> str:
    docx = compiled.fill({"preview": False, **context}, dated=DATED)
    return "\n".join(
        block.label + " " + block.text for block in printed_paragraphs(read_blocks(docx))
    )


def body_text(docx: bytes) -> str:
    return "".join(etree.fromstring(read_part(docx, "word/document.xml")).itertext())


@pytest.mark.parametrize("make", [ordinary, hard])
def test_it_says_what_docxtpl_itself_would_say(
    compiled: CompiledTemplate, agreement_template: DocumentTemplate, make: Any
) -> None:
    context = {**make(), "preview": False}
    oracle = DocxTemplate(io.BytesIO(agreement_template.docx))
    oracle.render(context, jinja2.Environment(autoescape=True))
    saved = io.BytesIO()
    oracle.save(saved)
    assert body_text(compiled.fill(context, dated=DATED)) == body_text(saved.getvalue())


def test_the_same_context_gives_the_same_bytes(
    compiled: CompiledTemplate,
) -> None:
    context = {**ordinary(), "preview": False}
    assert compiled.fill(context, dated=DATED) == compiled.fill(context, dated=DATED)


def test_threads_never_see_each_others_data(compiled: CompiledTemplate) -> None:
    def fill(number: int) -> bool:
        context = ordinary()
        context["controller"]["name"] = f"Partij {number:04}"
        return set(re.findall(r"Partij \d{4}", filled(compiled, context))) == {
            f"Partij {number:04}"
        }

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(fill, range(120)))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path, *(p for key, child in value.items() for p in _paths(child, (*path, key)))]
    return [path]


UNPRINTED = {
    ("processor", "email"),
    ("processor", "phone"),
    ("controller", "email"),
    ("controller", "country"),
}
PRINTED = [path for path in _paths(ordinary()) if path and path not in UNPRINTED]


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: ".".join(path))
def test_a_missing_value_fails_with_its_name(
    compiled: CompiledTemplate, path: tuple[str, ...]
) -> None:
    context = {**ordinary(), "preview": False}
    owner: Any = context
    for key in path[:-1]:
        owner = owner[key]
    del owner[path[-1]]
    with pytest.raises(GenerationFailed) as failure:
        compiled.fill(context, dated=DATED)
    assert failure.value.reason == "missing_value"
    assert failure.value.detail.startswith(".".join(path))


@pytest.mark.parametrize(
    ("owner", "key", "value"),
    [
        ("controller", "name", ""),
        ("controller", "name", None),
        ("controller", "seat", "  "),
        ("annex", "personal_data", []),
        ("annex", "data_subjects", []),
    ],
)
def test_an_empty_value_counts_as_missing(
    compiled: CompiledTemplate, owner: str, key: str, value: Any
) -> None:
    context = {**ordinary(), "preview": False}
    context[owner][key] = value
    with pytest.raises(GenerationFailed) as failure:
        compiled.fill(context, dated=DATED)
    assert (failure.value.reason, failure.value.detail) == ("missing_value", f"{owner}.{key}")


def test_no_services_is_a_missing_value(compiled: CompiledTemplate) -> None:
    with pytest.raises(GenerationFailed, match="services"):
        compiled.fill({**ordinary(), "preview": False, "services": []}, dated=DATED)


@pytest.mark.parametrize(
    "name",
    ["Jansen & Zn <test>", "{{ controller.seat }}", "{% for x in y %}", "A & B <BV>", "{_{ x }_}"],
)
def test_data_print_as_typed(compiled: CompiledTemplate, name: str) -> None:
    context = ordinary()
    context["controller"]["name"] = name
    assert name in filled(compiled, context)


def test_a_control_character_is_refused(compiled: CompiledTemplate) -> None:
    context = {**ordinary(), "preview": False}
    context["controller"]["name"] = "Bakkerij\x0bPeeters"
    with pytest.raises(GenerationFailed) as failure:
        compiled.fill(context, dated=DATED)
    assert failure.value.reason == "unprintable_value"


@pytest.mark.parametrize(
    ("change", "printed"),
    [
        ({"main_agreement": None}, "gesloten hoofdovereenkomst (hierna"),
        (
            {"main_agreement": {"reference": "HO-1", "date": None}},
            "hoofdovereenkomst met kenmerk HO-1 (hierna",
        ),
        (
            {"main_agreement": {"reference": None, "date": "2 maart 2024"}},
            "hoofdovereenkomst van 2 maart 2024 (hierna",
        ),
    ],
)
def test_it_reads_well_whatever_is_known_of_the_main_agreement(
    compiled: CompiledTemplate, change: dict[str, Any], printed: str
) -> None:
    assert printed in filled(compiled, {**ordinary(), **change})


def test_without_an_officer_it_says_not_applicable(compiled: CompiledTemplate) -> None:
    text = filled(compiled, hard())
    assert "Niet van toepassing." in text
    assert "Telefoonnummer" not in text


@pytest.mark.parametrize(
    "expression",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ 9 ** 999999 }}",
        "{{ 'x' * 999999999 }}",
        "{{ reference|center(99) }}",
        "{{ services.append('x') }}",
        "{{ range(10) }}",
    ],
)
def test_a_template_cannot_leave_the_sandbox(expression: str) -> None:
    with pytest.raises((jinja2.TemplateError, TypeError)):
        TemplateEnvironment().from_string(expression).render(ordinary())


def test_a_broken_template_is_refused_when_it_is_compiled(
    agreement_template: DocumentTemplate,
) -> None:
    broken = replace(agreement_template, title="{% if x %}")
    with pytest.raises(GenerationFailed) as failure:
        CompiledTemplate(broken)
    assert failure.value.reason == "template_invalid"


def test_the_core_properties_hold_the_title_as_typed(compiled: CompiledTemplate) -> None:
    context = {**ordinary(), "preview": False, "reference": "VO & <1>"}
    properties = etree.fromstring(
        read_part(compiled.fill(context, dated=DATED), "docProps/core.xml")
    )
    title = properties.findtext("{http://purl.org/dc/elements/1.1/}title")
    assert title == "Verwerkersovereenkomst VO & <1>" == compiled.title(context)
