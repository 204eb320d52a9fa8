"""Roles requested by one administrator, to be granted by a second one."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.accounts import RoleRequest
from service.agreement.permissions import Role
from service.database.tables.accounts import role_requests, staff
from service.database.tables.columns import is_id
from service.database.tables.records import Records, record


class RoleRequests(Records):
    def ask(self, staff_id: str, role: Role, asked_by: str) -> bool:
        """False if the same request is already open."""
        made = self._connection.execute(
            upsert(role_requests)
            .values(id=str(uuid.uuid4()), staff_id=staff_id, role=role.value, asked_by=asked_by)
            .on_conflict_do_nothing(
                index_elements=["staff_id", "role"], index_where=role_requests.c.ended == ""
            )
            .returning(role_requests.c.id)
        )
        return made.first() is not None

    def waiting(self, staff_id: str = "") -> list[RoleRequest]:
        """Oldest first; for one person if given."""
        where = [role_requests.c.staff_id == staff_id] if staff_id else []
        rows = self._connection.execute(
            _REQUESTS.where(role_requests.c.ended == "", *where).order_by(role_requests.c.asked_at)
        )
        return [_request(row) for row in rows]

    def lock(self, request_id: str) -> RoleRequest | None:
        """Under its row lock."""
        if not is_id(request_id):
            return None
        row = self._connection.execute(
            _REQUESTS.where(
                role_requests.c.id == request_id, role_requests.c.ended == ""
            ).with_for_update(of=role_requests)
        ).one_or_none()
        return _request(row) if row else None

    def end(self, staff_id: str, roles: frozenset[Role], how: str, by: str) -> None:
        """Close a person's requests for these roles: granted, refused or withdrawn."""
        self._connection.execute(
            update(role_requests)
            .where(
                role_requests.c.staff_id == staff_id,
                role_requests.c.role.in_([role.value for role in roles]),
                role_requests.c.ended == "",
            )
            .values(ended=how, ended_by=by, ended_at=func.clock_timestamp())
        )


_ASKER = staff.alias("asker")
_REQUESTS = (
    select(
        role_requests.c.id,
        role_requests.c.staff_id,
        role_requests.c.role,
        role_requests.c.asked_by,
        role_requests.c.asked_at,
        staff.c.name,
        staff.c.email,
        _ASKER.c.name.label("asked_by_name"),
    )
    .join(staff, staff.c.id == role_requests.c.staff_id)
    .join(_ASKER, _ASKER.c.id == role_requests.c.asked_by)
)


def _request(row: Any) -> RoleRequest:
    return record(RoleRequest, row, role=Role(row.role))
