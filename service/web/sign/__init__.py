"""The signing journey, one file per step; all use ``blueprint``."""

from service.web.sign import (
    annex,
    delegate,
    details,
    document,
    done,
    drafts,
    landing,
    link_ended,
    logo,
    my_agreement,
    otherwise,
    prove,
    read,
    sample,
    signature,
)
from service.web.sign.blueprint import blueprint

__all__ = [
    "annex",
    "blueprint",
    "delegate",
    "details",
    "document",
    "done",
    "drafts",
    "landing",
    "link_ended",
    "logo",
    "my_agreement",
    "otherwise",
    "prove",
    "read",
    "sample",
    "signature",
]
