"""What a rebuilt index is compared with: every row of the former one, without what is not kept."""

from __future__ import annotations

from typing import Any

from house import House

from service.workflow.keeping.rebuild_index import Outcome, rebuild_index
from service.workflow.keeping.trust import Trust

# What a package does not contain; docs/operations.md explains why, table by table.
NOT_IN_A_PACKAGE = {
    "agreements": {
        "created_at",
        "last_activity_at",
        "version",
        "message",
        "opened_at",
        "processor",
        "processor_version",
        "sent_at",
        "state_since",
    },
    "anchors": {"created_at", "through"},
    "anchor_objects": {"locked_until", "stored_at"},
    "archive_states": {"checked_at", "looked_at", "judged_twice_at", "shed_at", "stored_at"},
    "archived_objects": {"inside", "locked_until", "packed", "stored_at"},
    "audit_entries": {"id"},
    "audit_personal": {"entry_id"},
    "document_stamps": {"created_at"},
    "document_templates": {"created_at"},
    "documents": {"common_sha256", "created_at"},
    "end_records": {"made_at", "stored_at"},
    "mandate_cases": {"made_at"},
    "mandate_states": {"ended", "ended_at"},
    "originals": {"created_at"},
    "progress_changes": set(),
    "processor_profiles": {"created_at", "profile", "suggestions", "version"},
    "signatories": {"created_at"},
    "staff": {"active", "created_at", "credential", "password_hash", "roles"},
}
WHOLE = {
    "acts",
    "annex_items",
    "anchor_heads",
    "contract_lives",
    "mandates",
    "reference_counters",
    "signature_places",
}
LOST = {
    "alarms",
    "code_challenges",
    "common_texts",
    "link_sessions",
    "links",
    "messages",
    "openings",
    "procrastinate_events",
    "procrastinate_jobs",
    "samples",
    "sign_requests",
    "staff_activity",
    "template_declarations",
}


def rows(house: House, table: str) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in house.rows(f"select * from {table}")]


def everything(house: House) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table with rows."""
    tables = house.rows("select tablename from pg_tables where schemaname = 'public'")
    found = {name: rows(house, name) for (name,) in tables if name != "alembic_version"}
    return {name: each for name, each in found.items() if each}


def comparable(table: str, found: list[dict[str, Any]], ids: set[str]) -> list[str]:
    """The rows of archived agreements without what is not restored, in a fixed order."""
    left_out = NOT_IN_A_PACKAGE.get(table, set())
    return sorted(
        repr({name: value for name, value in sorted(row.items()) if name not in left_out})
        for row in found
        if str(row.get("agreement_id") or row.get("id")) in ids
        or table in ("anchors", "anchor_heads", "anchor_objects", "document_templates")
    )


def rebuilt(house: House) -> Outcome:
    """Rebuild the index; what is said of the one package."""
    authority, found = house.deps.authority(), []
    rebuild_index(house.deps, Trust(authority.roots, (), authority.lists), found.append)
    (outcome,) = found
    return outcome
