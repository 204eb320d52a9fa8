"""The signing journey, one file per step."""

from service.web.sign import (  # noqa: F401  each adds its pages to the blueprint
    annex,
    bundle,
    delegate,
    details,
    document,
    done,
    drafts,
    landing,
    link_ended,
    look,
    my_agreement,
    otherwise,
    prove,
    read,
    sample,
    signature,
)
from service.web.sign.blueprint import blueprint
from service.web.sign.look import install

__all__ = ["blueprint", "install"]
