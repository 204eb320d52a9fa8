"""Objects made once per worker of the test run, because making them is slow."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine

from service.app import create_app
from service.deps import Deps

KEPT = "/kept_"  # in the address of a database shared by many tests


class CompiledPages(BytecodeCache):
    """Jinja's compiled templates, as every test makes its own application."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_PAGES = CompiledPages()


class KeepingEnvironment(Environment):
    """Flask's environment, with pages compiled once."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, bytecode_cache=_PAGES, **options)


_APPLICATIONS: dict[tuple[object, ...], Flask] = {}


def application(deps: Deps) -> Flask:
    """The real application with these dependencies.

    Compiling its hundred routes takes longer than most tests, so applications with the same
    settings are shared; each test sets its own dependencies. A test that adds routes makes its own.
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
    """An engine for plain SQL on a database shared by many tests."""
    return create_engine(url)


_ENGINES: dict[str, Engine] = {}


def kept_engine(url: str, **options: Any) -> Engine:
    """SQLAlchemy's ``create_engine``, with one engine per shared database.

    An engine caches compiled statements; compiling them again took a tenth of a test's time. Its
    connections stay open too: for a new one the server starts a process and plans every statement
    again.
    """
    if KEPT not in url:
        return create_engine(url, **options)
    if url not in _ENGINES:
        _ENGINES[url] = create_engine(url, **options)
        _ENGINES[url].dispose = lambda close=True: None  # type: ignore[method-assign]
    return _ENGINES[url]
