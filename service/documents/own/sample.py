"""A sample of an own template, made as agreements are made: the last thing to look at.

Each value is printed as its own name in brackets, so that whoever reads the sample sees what stands
where. The office converts it, the PDF must say the same as the reading view, keep PDF/A and PDF/UA,
and have its places; then the same is done with the least that an agreement has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from service.agreement.template_version import TemplateVersion
from service.documents.check import compact
from service.documents.own import names
from service.documents.own.example import example
from service.documents.own.findings import Finding, Found
from service.documents.own.paragraphs import TOKEN
from service.documents.own.pictures import page_pictures
from service.documents.pdf_text import read_pdf_text
from service.errors import GenerationFailed

OFFICE = ("office_missing", "office_python_missing", "office_start", "office_failed", "closed")
"""Reasons that are not the file's fault."""


@dataclass(frozen=True)
class Sample:
    """``pdf`` says on every page that it is an example; empty when there is a fault."""

    pdf: bytes
    pages: tuple[str, ...]
    """The text of each page, compacted."""

    findings: tuple[Finding, ...]
    reading_html: str = ""
    least_html: str = ""
    """The reading view of an agreement with nothing that may be absent."""

    least_pdf: bytes = b""
    """Its PDF, marked as an example too."""

    def pictures(self) -> tuple[bytes, ...]:
        """The pages as PNG, the first ones of a long text."""
        return page_pictures(self.pdf)

    def least_pictures(self) -> tuple[bytes, ...]:
        """The same of the least."""
        return page_pictures(self.least_pdf)

    def placed(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings with the page where their paragraph begins, if it was found."""
        return tuple(replace(each, page=_page(each.paragraph, self.pages)) for each in findings)


class Made(Protocol):
    """What the maker makes of a template."""

    @property
    def pdf(self) -> bytes: ...
    @property
    def reading_html(self) -> str: ...


class Maker(Protocol):
    """``DocumentMaker``, as far as it is needed here."""

    def agreement(
        self,
        template: TemplateVersion,
        context: Any,
        *,
        fields: Sequence[str],
        dated: datetime,
        preview: bool = False,
    ) -> Made: ...


def make_sample(maker: Maker, template: TemplateVersion) -> Sample:
    """Make a sample of a template without faults.

    Raises GenerationFailed if the office cannot be used, or fails.
    """
    fields = [place.key for place in template.places]
    dated = datetime.now(UTC)
    most = named_values(template.version)
    least = named_values(template.version, complete=False)
    try:
        maker.agreement(template, most, fields=fields, dated=dated)
        maker.agreement(template, least, fields=fields, dated=dated)
        shown, bare = (
            maker.agreement(template, each, fields=fields, dated=dated, preview=True)
            for each in (most, least)
        )
    except GenerationFailed as failed:
        if failed.reason in OFFICE:
            raise
        values = {"reason": failed.reason, "detail": failed.detail}
        return Sample(b"", (), (Finding(Found.NOT_MADE, values=values),))
    pages = tuple(map(compact, read_pdf_text(shown.pdf).pages))
    return Sample(shown.pdf, pages, (), shown.reading_html, bare.reading_html, bare.pdf)


def named_values(version: str, *, complete: bool = True) -> dict[str, Any]:
    """A context in which each value is its own name; a list has two items, also without
    ``complete``, so that beside the other only what may be absent differs."""
    context = example(complete=complete, version=version)
    for path in names.DECLARED:
        if "[]" in path:
            continue
        *outer, last = path.split(".")
        scope: Any = context
        for step in outer:
            scope = scope[step] if scope else None
        if not scope or not scope.get(last):
            continue
        if path in names.LISTS:
            labels = [f"[{names.shown(path)} {number}]" for number in (1, 2)]
            items = [
                {"label": label, "special": complete and not at} for at, label in enumerate(labels)
            ]
            scope[last] = labels if path in names.OF_WORDS else items
        elif isinstance(scope.get(last), str) and path != "template.version":
            scope[last] = f"[{names.shown(path)}]"
    return context


def _page(paragraph: str, pages: Sequence[str]) -> int | None:
    """The number of the first page with the longest fixed words of a paragraph."""
    pieces = TOKEN.split(paragraph.removesuffix("…"))
    words = max(map(compact, pieces), key=len)
    return next((at for at, page in enumerate(pages, 1) if words and words in page), None)
