"""The processor's own templates: families with their versions."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.template_family import INSTALLED, Choice, TemplateState, Version
from service.agreement.template_version import AGREEMENT, TemplateVersion
from service.database.tables.accounts import staff
from service.database.tables.columns import is_id, word
from service.database.tables.records import Records, columns, record
from service.database.tables.templates import (
    template_families,
    template_samples,
    template_versions,
)
from service.error_codes import ErrorCode
from service.errors import NotFound

_LOCK = 7_403_149
_INSTALLED_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class FamilyRow:
    """A family without its versions; ``id`` is ``INSTALLED`` for the template of Zegel."""

    id: str
    name: str
    is_default: bool
    offered: bool


@dataclass(frozen=True)
class NewVersion:
    """A faultless file to store; ``given`` are its bytes. ``imported_by`` is an account's id, or
    None for the operator."""

    family_id: str
    given: bytes
    file_name: str
    template: TemplateVersion
    title: str
    places: Sequence[str]
    printed: Sequence[str]
    findings: Sequence[Mapping[str, Any]]
    imported_by: str | None


_IMPORTER, _PUBLISHER, _WITHDRAWER = (staff.alias(each) for each in ("i", "p", "w"))
_PEOPLE = {"imported_by": _IMPORTER, "published_by": _PUBLISHER, "withdrawn_by": _WITHDRAWER}
_OTHERWISE = ("name", "imported_by_name", "published_by_name", "withdrawn_by_name")


def _versions() -> Select[Any]:
    own = [
        template_versions.c[each.name]
        for each in dataclasses.fields(Version)
        if each.name not in _OTHERWISE
    ]
    names = [
        func.coalesce(person.c.name, "").label(f"{column}_name")
        for column, person in _PEOPLE.items()
    ]
    wanted = select(*own, *names, template_families.c.name).join(
        template_families, template_families.c.id == template_versions.c.family_id
    )
    for column, person in _PEOPLE.items():
        wanted = wanted.outerjoin(person, person.c.id == template_versions.c[column])
    return wanted


_WHOLE = _versions()
_NEWEST_FIRST = (template_families.c.created_at, template_versions.c.number.desc())
# The newest published one of each family that is offered, the default first.
_CURRENT = (
    select(
        template_versions.c.family_id,
        template_families.c.name,
        func.cast(template_versions.c.number, template_versions.c.sha256.type).label("version"),
        template_versions.c.sha256,
        template_families.c.is_default,
        template_families.c.created_at,
    )
    .ext(distinct_on(template_versions.c.family_id))
    .join(template_families, template_families.c.id == template_versions.c.family_id)
    .where(template_versions.c.state == word(TemplateState.PUBLISHED), template_families.c.offered)
    .order_by(template_versions.c.family_id, template_versions.c.number.desc())
)


class OwnTemplates(Records):
    def take_turns(self) -> None:
        """Until this transaction ends, nobody else changes families or their versions' states."""
        self._connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def families(self) -> list[FamilyRow]:
        """All families with a row, the oldest first."""
        rows = self._connection.execute(
            select(template_families).order_by(template_families.c.created_at)
        )
        return [
            FamilyRow(INSTALLED if row.installed else row.id, row.name, row.is_default, row.offered)
            for row in rows
        ]

    def add_family(self, name: str) -> str | None:
        """Returns the id, or None if the name is taken, in whatever case."""
        made = self._connection.execute(
            upsert(template_families)
            .values(id=str(uuid.uuid4()), name=name)
            .on_conflict_do_nothing()
            .returning(template_families.c.id)
        )
        return made.scalar_one_or_none()

    def make_default(self, family_id: str) -> None:
        """The default from now on, instead of the former one; ``INSTALLED`` has no mark."""
        was = template_families.c.is_default
        self._connection.execute(update(template_families).where(was).values(is_default=False))
        if family_id != INSTALLED:
            self._connection.execute(
                update(template_families)
                .where(template_families.c.id == family_id)
                .values(is_default=True)
            )

    def offer(self, family_id: str, name: str, *, offered: bool) -> None:
        """Whether new agreements may have this family; ``name`` is for the installed one."""
        installed = family_id == INSTALLED
        given = {
            "id": _INSTALLED_ID if installed else family_id,
            "name": name,
            "installed": installed,
            "offered": offered,
        }
        self._connection.execute(
            upsert(template_families)
            .values(**given)
            .on_conflict_do_update(index_elements=["id"], set_={"offered": offered})
        )

    def current(self) -> list[Choice]:
        """What new agreements may have, without the installed template: the default first, then
        the oldest family."""
        newest = _CURRENT.subquery()
        rows = self._connection.execute(
            select(newest).order_by(newest.c.is_default.desc(), newest.c.created_at)
        )
        return [record(Choice, row) for row in rows]

    def versions(self) -> list[Version]:
        """Of all families, the oldest family and in it the newest version first."""
        return [_version(row) for row in self._connection.execute(_WHOLE.order_by(*_NEWEST_FIRST))]

    def get(self, version_id: str) -> Version:
        """Raises NotFound."""
        return self._one(_WHOLE.where(template_versions.c.id == version_id), version_id)

    def lock(self, version_id: str) -> Version:
        """The same under its row lock. Raises NotFound."""
        wanted = _WHOLE.where(template_versions.c.id == version_id)
        return self._one(wanted.with_for_update(of=template_versions), version_id)

    def _one(self, statement: Select[Any], version_id: str) -> Version:
        row = self._connection.execute(statement).one_or_none() if is_id(version_id) else None
        if row is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        return _version(row)

    def of_digest(self, sha256: str) -> Version | None:
        """Whatever its state."""
        row = self._connection.execute(
            _WHOLE.where(template_versions.c.sha256 == sha256)
        ).one_or_none()
        return _version(row) if row else None

    def of_given(self, given: bytes) -> Version | None:
        """The newest version made of exactly this file, whatever its state."""
        same = func.sha256(template_versions.c.given) == hashlib.sha256(given).digest()
        newest = _WHOLE.where(same).order_by(template_versions.c.imported_at.desc()).limit(1)
        row = self._connection.execute(newest).one_or_none()
        return _version(row) if row else None

    def template(self, version_id: str) -> TemplateVersion:
        row = self._connection.execute(
            select(
                template_versions.c.sha256,
                literal(AGREEMENT).label("kind"),
                template_versions.c.number,
                template_versions.c.language,
                template_versions.c.docx,
                template_versions.c.declaration,
            ).where(template_versions.c.id == version_id)
        ).one()
        return record(TemplateVersion, row, version=str(row.number))

    def given(self, version_id: str) -> bytes:
        return bytes(
            self._connection.execute(
                select(template_versions.c.given).where(template_versions.c.id == version_id)
            ).scalar_one()
        )

    def next_number(self, family_id: str) -> int:
        """The number for a new version, which nobody else gets. Raises NotFound."""
        number = self._connection.execute(
            update(template_families)
            .where(template_families.c.id == family_id, ~template_families.c.installed)
            .values(last_number=template_families.c.last_number + 1)
            .returning(template_families.c.last_number)
        ).scalar_one_or_none()
        if number is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        return int(number)

    def add(self, new: NewVersion) -> str:
        """Store a version, *imported*, with the number in its template; returns its id."""
        values = columns(
            new,
            id=str(uuid.uuid4()),
            number=int(new.template.version),
            sha256=new.template.sha256,
            state=TemplateState.IMPORTED.value,
            language=new.template.language,
            docx=new.template.docx,
            declaration=new.template.declaration,
            places=list(new.places),
            printed=list(new.printed),
            findings=list(new.findings),
        )
        del values["template"]
        self._connection.execute(insert(template_versions).values(**values))
        return str(values["id"])

    def change(self, version_id: str, state: TemplateState, **values: Any) -> None:
        self._connection.execute(
            update(template_versions)
            .where(template_versions.c.id == version_id)
            .values(state=state.value, **values)
        )

    def published(self, version_id: str, by: str | None, *, alone: bool) -> None:
        self.change(
            version_id,
            TemplateState.PUBLISHED,
            published_at=func.clock_timestamp(),
            published_by=by,
            alone=alone,
            withdrawn_at=None,
            withdrawn_by=None,
        )

    def withdrawn(self, version_id: str, by: str | None) -> None:
        self.change(
            version_id,
            TemplateState.WITHDRAWN,
            withdrawn_at=func.clock_timestamp(),
            withdrawn_by=by,
        )

    def remove(self, version: Version) -> None:
        """Delete a version that was never published, and its family if that is then empty."""
        self._connection.execute(
            delete(template_samples).where(template_samples.c.template_sha256 == version.sha256)
        )
        self._connection.execute(
            delete(template_versions).where(template_versions.c.id == version.id)
        )
        others = exists().where(template_versions.c.family_id == version.family_id)
        self._connection.execute(
            delete(template_families).where(template_families.c.id == version.family_id, ~others)
        )

    def waiting(self, patience_seconds: int) -> list[str]:
        """The ids of versions whose sample has not been made for so long."""
        return self._column(
            select(template_versions.c.id).where(
                template_versions.c.state == word(TemplateState.IMPORTED),
                template_versions.c.failure == "",
                template_versions.c.imported_at
                < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, patience_seconds),
            )
        )


def _version(row: Any) -> Version:
    return record(
        Version,
        row,
        state=TemplateState(row.state),
        places=tuple(row.places),
        printed=tuple(row.printed),
        findings=tuple(row.findings),
    )
