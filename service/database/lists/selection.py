"""Everything that a search of the archive finds, read in parts in the order of the effective dates,
which never change."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, select, tuple_
from sqlalchemy.sql import ColumnElement

from service.agreement.end_reason import EndReason
from service.agreement.life import End
from service.agreement.lists import Search
from service.agreement.register import Signed
from service.database.agreement.rows import WHOLE, as_agreement
from service.database.agreement.templates import SHOWN_VERSION
from service.database.lists.filters import filter_conditions, filter_values
from service.database.lists.searching import judged, match
from service.database.tables.agreements import agreements
from service.database.tables.contract_lives import contract_lives
from service.database.tables.documents import document_templates
from service.database.tables.records import Records
from service.database.tables.templates import template_families, template_versions

AT_ONCE = 500
Place = tuple[date, str]  # the effective date and the id

_ORDER = (agreements.c.effective_date.desc(), agreements.c.id.desc())
_BEHIND = tuple_(agreements.c.effective_date, agreements.c.id) < tuple_(
    bindparam("last", type_=agreements.c.effective_date.type),
    bindparam("last_id", type_=agreements.c.id.type),
)
_WITH_END = (
    WHOLE.add_columns(
        contract_lives.c.ends_on,
        contract_lives.c.reason.label("end_reason"),
        func.coalesce(SHOWN_VERSION, "").label("template_version"),
    )
    .outerjoin(contract_lives, contract_lives.c.agreement_id == agreements.c.id)
    .outerjoin(document_templates, document_templates.c.sha256 == agreements.c.template_sha256)
    .outerjoin(template_versions, template_versions.c.sha256 == agreements.c.template_sha256)
    .outerjoin(template_families, template_families.c.id == template_versions.c.family_id)
)


class Selection(Records):
    def count(self, search: Search) -> int:
        """The exact number; reads all of them."""
        conditions, values = self._wanted(search)
        counted = select(func.count()).select_from(agreements).where(*conditions)
        return self._connection.execute(counted, values).scalar_one()

    def part(
        self, search: Search, after: Place | None, *, limit: int = AT_ONCE
    ) -> tuple[list[Signed], Place | None]:
        """The next agreements behind this place, newest first, and the next place; None at the
        end."""
        conditions, values = self._wanted(search)
        if after:
            conditions.append(_BEHIND)
            values |= {"last": after[0], "last_id": after[1]}
        page = select(agreements.c.id).where(*conditions).order_by(*_ORDER).limit(limit)
        page_ids = page.subquery("page")
        whole = _WITH_END.join(page_ids, page_ids.c.id == agreements.c.id).order_by(*_ORDER)
        rows = self._connection.execute(whole, values).mappings().all()
        behind = (rows[-1]["effective_date"], rows[-1]["id"]) if len(rows) == limit else None
        return [_signed(row) for row in rows], behind

    def _wanted(self, search: Search) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
        """The conditions and their values."""
        conditions, values = filter_conditions(search), filter_values(search)
        if not search.by_words:
            return conditions, values
        typed = judged(self._connection, search)
        return [*conditions, match(agreements.c.search)], values | {
            "all_words": typed.values["all_words"]
        }


def _signed(row: RowMapping) -> Signed:
    end = End(row["ends_on"], EndReason(row["end_reason"])) if row["ends_on"] else None
    return Signed(as_agreement(row), end, row["template_version"])
