"""What is made once for a whole worker of the test run, because making it is slow."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache


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
