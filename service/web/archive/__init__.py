"""The archive: search, download, check, export."""

from service.web.archive import exports  # noqa: F401  adds its pages to the blueprint
from service.web.archive.views import blueprint

__all__ = ["blueprint"]
