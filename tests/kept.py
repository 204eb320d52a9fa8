"""What is made once for a whole worker of the test run, because making it is slow."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine

from service.app import create_app
from service.deps import Deps

KEPT = "/kept_"  # in the address of a database that serves many tests


class CompiledPages(BytecodeCache):
    """Jinja's compiled templates: every test makes an application of its own."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_PAGES = CompiledPages()


class KeepingEnvironment(Environment):
    """Flask's, with pages compiled once."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, bytecode_cache=_PAGES, **options)


_APPLICATIONS: dict[tuple[object, ...], Flask] = {}


def application(deps: Deps) -> Flask:
    """The real application on these dependencies.

    Compiling its hundred routes takes longer than most tests, so applications with the same
    settings are one; each test puts its own dependencies in. A test that adds routes makes its own.
    """
    settings = deps.settings
    key = (
        settings.base_url,
        deps.secret_key,
        settings.trusted_proxies,
        settings.mode,
        settings.smtp_host,
    )
    if key not in _APPLICATIONS:
        _APPLICATIONS[key] = create_app(deps)
    _APPLICATIONS[key].extensions["zegel"] = deps
    return _APPLICATIONS[key]


@cache
def engine_for(url: str) -> Engine:
    """An engine for plain SQL on a database that serves many tests."""
    return create_engine(url)


_ENGINES: dict[str, Engine] = {}


def kept_engine(url: str, **options: Any) -> Engine:
    """SQLAlchemy's ``create_engine``; one engine per kept database.

    An engine remembers the statements it compiled: compiling them anew took a tenth of the time of
    a test. Its connections stay as well: the server starts a process for a new one, and plans
    every statement again.
    """
    if KEPT not in url:
        return create_engine(url, **options)
    if url not in _ENGINES:
        _ENGINES[url] = create_engine(url, **options)
        _ENGINES[url].dispose = lambda close=True: None  # type: ignore[method-assign]
    return _ENGINES[url]
