"""Alembic's entry point: runs on the connection that ``service.database.migrate`` opened."""

from alembic import context

from service.database.tables import accounts as account_tables
from service.database.tables import agreements as tables
from service.database.tables import anchors as anchor_tables
from service.database.tables import archive as archive_tables
from service.database.tables import batches as batch_tables
from service.database.tables import documents as document_tables
from service.database.tables import imports as import_tables
from service.database.tables import links as link_tables
from service.database.tables import messages as message_tables
from service.database.tables import places as place_tables
from service.database.tables import progress as progress_tables
from service.database.tables import questions as question_tables
from service.database.tables.columns import metadata

PROCRASTINATE = "procrastinate"
# Imported for what they declare.
TABLES = (
    account_tables,
    anchor_tables,
    archive_tables,
    batch_tables,
    document_tables,
    import_tables,
    link_tables,
    message_tables,
    place_tables,
    progress_tables,
    question_tables,
    tables,
)


def include(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
    """Exclude the job engine's own tables from comparisons."""
    return not (kind == "table" and (name or "").startswith(PROCRASTINATE))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=include,
)
with context.begin_transaction():
    context.run_migrations()
