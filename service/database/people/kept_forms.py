"""Forms that are shown again: kept for the browser that sent them, and forgotten soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from service.agreement.terms import (
    KEPT_FORM_HOURS,
    KEPT_FORMS_OF_A_BROWSER,
    KEPT_FORMS_OF_STRANGERS,
)
from service.database.tables.kept_forms import kept_forms


@dataclass(frozen=True)
class Place:
    """Where a form belongs: to a browser (``holder``) and to the page that shows it, as hashes."""

    holder: bytes
    page: bytes


class KeptForms:
    """The kept forms of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(
        self,
        form_id: str,
        place: Place,
        content: Mapping[str, Any],
        *,
        staff_id: str | None,
        stranger: bool,
    ) -> None:
        """Keep a form; the oldest ones go where there are too many."""
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
        """Keep a form under the id that it had; False when this place has none with that id."""
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
        """What was kept there; None for another person than the one who was signed in."""
        row = self._connection.execute(
            select(kept_forms.c.content, kept_forms.c.staff_id, kept_forms.c.kept_at).where(
                *_at(form_id, place), kept_forms.c.expires_at > func.clock_timestamp()
            )
        ).one_or_none()
        if row is None or row.staff_id not in (None, staff_id):
            return None
        return {**row.content, "kept_at": row.kept_at}

    def waiting(self, place: Place) -> tuple[str, dict[str, Any]] | None:
        """The newest one of this place that was sent without a session: its id and content."""
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
        """The form was accepted."""
        self._connection.execute(
            delete(kept_forms).where(kept_forms.c.id == form_id, kept_forms.c.holder == holder)
        )

    def forget_all(self, holder: bytes) -> None:
        """Whoever sent them leaves this browser."""
        self._connection.execute(delete(kept_forms).where(kept_forms.c.holder == holder))

    def drop_ended(self) -> None:
        """Delete what has run out."""
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
