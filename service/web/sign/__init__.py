"""The signing journey, one file per step; ``blueprint`` carries them all."""

from service.web.sign import (
    annex,
    details,
    document,
    done,
    landing,
    link_ended,
    otherwise,
    prove,
    read,
    signature,
)
from service.web.sign.blueprint import blueprint

__all__ = [
    "annex",
    "blueprint",
    "details",
    "document",
    "done",
    "landing",
    "link_ended",
    "otherwise",
    "prove",
    "read",
    "signature",
]
