"""Publishes our authorities' certificates and revocation lists, for who judges our seals."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from service.web.context import deps, public
from service.web.security import cacheable
from service.workflow.sealing.keys import published_file

blueprint = Blueprint("pki", __name__, url_prefix="/pki")
CACHED_SECONDS = 3600  # everybody knows of a revocation within an hour


@blueprint.get("/<name>")
@public("whoever checks a seal has to find who issued it, and what was revoked")
@cacheable(CACHED_SECONDS)
def published(name: str) -> Any:
    data, media_type = published_file(deps(), name)
    answer = Response(data, mimetype=media_type)
    answer.add_etag()
    return answer.make_conditional(request)
