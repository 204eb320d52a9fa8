"""One document maker for all tests of documents, as starting an office takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.documents.fill import CompiledTemplate
from service.documents.produce import DocumentMaker
from service.documents.template import DocumentTemplate, read_template
from service.wiring.build import installed_template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "nl" / "documents"


@pytest.fixture(scope="session")
def templates_dir() -> Path:
    return TEMPLATES


@pytest.fixture(scope="session")
def document_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentMaker]:
    maker = DocumentMaker(TEMPLATES, workers=2, work_dir=tmp_path_factory.mktemp("office"))
    yield maker
    maker.close()


@pytest.fixture(scope="session")
def agreement_template() -> DocumentTemplate:
    return read_template(installed_template())


@pytest.fixture(scope="session")
def compiled(agreement_template: DocumentTemplate) -> CompiledTemplate:
    return CompiledTemplate(agreement_template)
