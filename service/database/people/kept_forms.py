"""Forms to show again: kept briefly for the browser that sent them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update

from service.agreement.terms import (
    KEPT_FORM_HOURS,
    KEPT_FORMS_OF_A_BROWSER,
    KEPT_FORMS_OF_STRANGERS,
)
from service.database.tables.kept_forms import kept_forms
from service.database.tables.records import Records


@dataclass(frozen=True)
class Place:
    """The owner of a form: a browser (``holder``) and the page that shows it, as hashes."""

    holder: bytes
    page: bytes


class KeptForms(Records):
    def keep(
        self,
        form_id: str,
        place: Place,
        content: Mapping[str, Any],
        *,
        staff_id: str | None,
        stranger: bool,
    ) -> None:
        """Store a form; above the limit the oldest are deleted."""
        self._connection.execute(
            insert(kept_forms).values(
                id=form_id,
                holder=place.holder,
                page=place.page,
                staff_id=staff_id,
                stranger=stranger,
                content=content,
                expires_at=func.clock_timestamp() + text(f"interval '{KEPT_FORM_HOURS} hours'"),
            )
        )
        newest = select(kept_forms.c.id).order_by(kept_forms.c.kept_at.desc())
        own = kept_forms.c.holder == place.holder
        self._drop(newest.where(own).offset(KEPT_FORMS_OF_A_BROWSER))
        if stranger:
            self._drop(newest.where(kept_forms.c.stranger).offset(KEPT_FORMS_OF_STRANGERS))

    def replace(
        self, form_id: str, place: Place, content: Mapping[str, Any], *, staff_id: str | None
    ) -> bool:
        """Replace a form under the same id; False if this place has none with that id."""
        changed = self._connection.execute(
            update(kept_forms)
            .where(*_at(form_id, place))
            .values(
                content=content,
                staff_id=staff_id,
                kept_at=func.clock_timestamp(),
                expires_at=func.clock_timestamp() + text(f"interval '{KEPT_FORM_HOURS} hours'"),
            )
        )
        return changed.rowcount == 1

    def get(self, form_id: str, place: Place, *, staff_id: str | None) -> dict[str, Any] | None:
        """The stored form; None for anyone but the person who was signed in."""
        row = self._connection.execute(
            select(kept_forms.c.content, kept_forms.c.staff_id, kept_forms.c.kept_at).where(
                *_at(form_id, place), kept_forms.c.expires_at > func.clock_timestamp()
            )
        ).one_or_none()
        if row is None or row.staff_id not in (None, staff_id):
            return None
        return {**row.content, "kept_at": row.kept_at}

    def waiting(self, place: Place) -> tuple[str, dict[str, Any]] | None:
        """The newest form of this place that was sent without a session: its id and contents."""
        row = self._connection.execute(
            select(kept_forms.c.id, kept_forms.c.content, kept_forms.c.kept_at)
            .where(
                kept_forms.c.holder == place.holder,
                kept_forms.c.page == place.page,
                kept_forms.c.stranger,
                kept_forms.c.expires_at > func.clock_timestamp(),
            )
            .order_by(kept_forms.c.kept_at.desc())
            .limit(1)
        ).one_or_none()
        return (row.id, {**row.content, "kept_at": row.kept_at}) if row else None

    def forget(self, form_id: str, holder: bytes) -> None:
        self._connection.execute(
            delete(kept_forms).where(kept_forms.c.id == form_id, kept_forms.c.holder == holder)
        )

    def forget_all(self, holder: bytes) -> None:
        self._connection.execute(delete(kept_forms).where(kept_forms.c.holder == holder))

    def drop_ended(self) -> None:
        self._connection.execute(
            delete(kept_forms).where(kept_forms.c.expires_at < func.statement_timestamp())
        )

    def _drop(self, ids: Any) -> None:
        self._connection.execute(delete(kept_forms).where(kept_forms.c.id.in_(ids)))


def _at(form_id: str, place: Place) -> tuple[Any, ...]:
    return (
        kept_forms.c.id == form_id,
        kept_forms.c.holder == place.holder,
        kept_forms.c.page == place.page,
    )
