"""The archive: search, download, check."""

from service.web.archive.views import blueprint

__all__ = ["blueprint"]
