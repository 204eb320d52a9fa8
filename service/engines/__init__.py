"""The engines that run on this machine when no others are configured.

An embedded PostgreSQL and an embedded S3 server: started, shared and stopped here, and nothing
else about them is known here. Both live in one directory each, survive the death of the process
that started them, and are taken over by the next one that starts them.
"""

from service.engines.errors import EngineError
from service.engines.object_store import EmbeddedObjectStore, ObjectStoreAddress
from service.engines.postgres import EmbeddedPostgres

__all__ = ["EmbeddedObjectStore", "EmbeddedPostgres", "EngineError", "ObjectStoreAddress"]
