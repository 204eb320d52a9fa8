"""Is this document genuine? Open to everybody who has a PDF."""

from service.web.verify.views import blueprint

__all__ = ["blueprint"]
