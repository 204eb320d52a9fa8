"""Whether this process can serve, for load balancers and start-up scripts."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from service.errors import Unavailable
from service.web.context import deps, public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public("says only whether the process answers")
def alive() -> Response:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public("says only whether the database answers")
def ready() -> tuple[Response, int]:
    """503 while the database does not answer."""
    try:
        deps().database.ping()
    except Unavailable:
        return jsonify(status="unavailable", database="unavailable"), 503
    return jsonify(status="ok", database="ok"), 200
