"""Is this document real? Open to everybody who holds a PDF."""

from service.web.verify.views import blueprint

__all__ = ["blueprint"]
