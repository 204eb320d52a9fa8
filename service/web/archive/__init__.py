"""The archive: found again, handed out, checked."""

from service.web.archive.views import blueprint

__all__ = ["blueprint"]
