"""An application with every sample page at /pages/<name>, guarded like the real one."""

from __future__ import annotations

from flask import Flask, Response, render_template
from page_samples import PAGES, ROUTES

from service.web import compressed, errors, pages, security
from service.web.shades import sheet_named


def make_flask(name: str) -> Flask:
    """An application with only our templates and static files."""
    app = Flask(name, static_folder=str(pages.STATIC), static_url_path="/static")
    pages.install(app)
    return app


def make_sample_app(base_url: str) -> Flask:
    """Every sample page, and a route for every address that pages link to.

    Under ``/tekenen/`` the pages get the headers of the signer's pages.
    """
    app = make_flask("samples")
    compressed.install(app)
    security.protect(app, base_url=base_url, secret_key=b"k" * 32)
    errors.install(app)

    def stub(**_parts: str) -> str:
        return "ok"

    for endpoint, rule in ROUTES.items():
        app.add_url_rule(rule, endpoint, stub, methods=["GET", "POST"])

    @app.get("/kleur/<name>.css")
    def colour(name: str) -> Response:
        return Response(sheet_named(name), mimetype="text/css")

    @app.get("/tekenen/pages/<name>")
    @app.get("/pages/<name>")
    def sample(name: str) -> str:
        template, values = PAGES[name]
        return render_template(template, **values)

    return app
