"""Two indexes on agreements have more columns.

That on words also has the fortnight of the last activity: a word that is common, but not among the
newest agreements, such as a year in the past, was searched by reading all agreements with it. Now
it is found in one fortnight after the other.

That on countersigners also has what their queue is listed by. The number in the menu of each page
was counted by reading all running agreements.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_SEARCH = "create index ix_agreements_search on agreements using gin (search{})"
_FORTNIGHT = "(array[((last_activity_at at time zone 'UTC')::date - date '2000-01-01') / 14])"
_COUNTERSIGNER = (
    "create index ix_agreements_countersigner on agreements ({}) include ({})"
    " where state in ('sent','preparing','generation_failed','ready','in_signing')"
)


def upgrade() -> None:
    """Recreate them: some minutes for a million agreements."""
    _recreate(
        _SEARCH.format(f", {_FORTNIGHT}"),
        _COUNTERSIGNER.format(
            "countersigner_id, state", "id, last_activity_at, edition, frozen_sha256"
        ),
    )


def downgrade() -> None:
    _recreate(_SEARCH.format(""), _COUNTERSIGNER.format("countersigner_id", "id"))


def _recreate(search: str, countersigner: str) -> None:
    op.execute("drop index ix_agreements_search")
    op.execute(search)
    op.execute("drop index ix_agreements_countersigner")
    op.execute(countersigner)
