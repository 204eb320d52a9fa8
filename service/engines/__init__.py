"""The engines that run on this machine when no external ones are configured.

An embedded PostgreSQL and an embedded S3 server: this package starts, shares and stops them, and
knows nothing else about them. Each has one directory, survives the death of the process that
started it, and is taken over by the next one that starts it.
"""

from service.engines.errors import EngineError
from service.engines.object_store import EmbeddedObjectStore, ObjectStoreAddress
from service.engines.postgres import EmbeddedPostgres

__all__ = ["EmbeddedObjectStore", "EmbeddedPostgres", "EngineError", "ObjectStoreAddress"]
