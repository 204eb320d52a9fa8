"""The embedded PostgreSQL and S3 server, for a machine without external ones.

Each has one directory, survives the death of the process that started it, and is taken over by the
next one.
"""

from service.engines.errors import EngineError
from service.engines.object_store import EmbeddedObjectStore, ObjectStoreAddress
from service.engines.postgres import EmbeddedPostgres

__all__ = ["EmbeddedObjectStore", "EmbeddedPostgres", "EngineError", "ObjectStoreAddress"]
