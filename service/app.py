"""The Flask application: routes, errors and headers only."""

from __future__ import annotations

from flask import Flask

from service.deps import Deps
from service.web import (
    again,
    apply,
    archive,
    compressed,
    errors,
    health,
    pages,
    pki,
    security,
    sign,
    staff,
    verify,
)
from service.web import mailbox as development_mailbox
from service.web.forwarded import OnlyOurProxies

LARGEST_REQUEST = 25 * 1024 * 1024  # bytes; the verify page accepts a sealed PDF
LARGEST_FORM_FIELD = 4 * 1024 * 1024  # a drawn signature as a data URL


def create_app(deps: Deps) -> Flask:
    """The application with these dependencies; every view finds them in ``extensions``."""
    app = Flask("service", static_folder="web/static", static_url_path="/static")
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM_FIELD,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.extensions["zegel"] = deps
    app.wsgi_app = OnlyOurProxies(  # type: ignore[assignment, method-assign]
        app.wsgi_app, hops=deps.settings.trusted_proxies, base_url=deps.settings.base_url
    )
    pages.install(app)
    compressed.install(app)
    security.install(app)
    again.install(app)
    errors.install(app)
    sign.install(app)
    for part in (health, staff, sign, apply, archive, verify, pki):
        app.register_blueprint(part.blueprint)
    if deps.settings.development and deps.settings.smtp_host is None:
        app.register_blueprint(development_mailbox.blueprint)
    return app
