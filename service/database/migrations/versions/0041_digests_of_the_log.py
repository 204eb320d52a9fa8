"""The digests in the log become bytes: half the space of hexadecimal text.

Rewrites both tables, so web and workers wait; docs/operations.md says how long. What is printed and
hashed does not change.
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_COLUMNS = {"audit_entries": ("personal_digest", "prev_hash", "hash"), "anchor_heads": ("hash",)}
# A value that is no digest was put there by somebody: it stays, so that the audit reports it.
_AS_BYTES = (
    "case when {0} ~ '^([0-9a-f]{{2}})*$' then decode({0}, 'hex') else convert_to({0}, 'UTF8') end"
)


def upgrade() -> None:
    _rewrite("bytea", _AS_BYTES)


def downgrade() -> None:
    _rewrite("text", "encode({0}, 'hex')")


def _rewrite(kind: str, value: str) -> None:
    """Each table in one statement, so that it is rewritten once."""
    op.alter_column("audit_entries", "personal_digest", server_default=None)
    for table, columns in _COLUMNS.items():
        changes = (f"alter {name} type {kind} using {value.format(name)}" for name in columns)
        op.execute(f"alter table {table} {', '.join(changes)}")
    op.alter_column("audit_entries", "personal_digest", server_default="")
