"""``python -m bench.export``: memory and time of a ZIP with the originals of many agreements.

An object store in memory gives the same bytes for each; nothing is kept of the ZIP.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import psycopg

from bench.machine import describe
from bench.million import databases
from service.agreement.lists import Search
from service.agreement.permissions import OPERATOR
from service.deps import Deps
from service.engines.postgres import APPLICATION, OWNER
from service.workflow.keeping.export_originals import export_originals
from signatures.package.names import AGREEMENT, SHEET
from storage.objects import ObjectStore


class _Store:
    """A store whose objects differ only in their keys at the end."""

    def __init__(self, size: int) -> None:
        self._body = secrets.token_bytes(size)
        self._begun = hashlib.sha256(self._body)

    def read_verified(self, key: str, *_: object, **__: object) -> bytes:
        return self._body + key.encode()

    def digest(self, key: str) -> str:
        digest = self._begun.copy()
        digest.update(key.encode())
        return digest.hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Fill, export, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.export", description=__doc__)
    parser.add_argument("--rows", type=int, default=11_000, help="nine in ten are signed")
    parser.add_argument("--size", type=int, default=250_000, help="bytes of each of two files")
    asked = parser.parse_args(arguments)
    for name, value in describe().items():
        print(f"{name:<10} {value}")
    store = _Store(asked.size)
    with databases(None, (asked.rows,)) as (filled,):
        _record_digests(filled.deps, store)
        deps = replace(filled.deps, objects=lambda: cast(ObjectStore, store))
        # One agreement first, to leave out what any size needs.
        for words in (filled.completed, ""):
            _export(deps, Search(words=words))
    return 0


def _record_digests(deps: Deps, store: _Store) -> None:
    owner = deps.database.url.replace("+psycopg", "").replace(f"{APPLICATION}@", f"{OWNER}@")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for column, name in (("sha256", AGREEMENT), ("evidence_sha256", SHEET)):
            keys = connection.execute(
                "select agreement_id, key from archived_objects where name = %s", [name]
            ).fetchall()
            connection.cursor().executemany(
                f"update originals set {column} = decode(%s, 'hex') where agreement_id = %s",
                [(store.digest(key), agreement_id) for agreement_id, key in keys],
            )


def _export(deps: Deps, search: Search) -> None:
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = export_originals(deps, search, OPERATOR)
    size = sum(len(part) for part in found.parts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{found.count:,} agreements, {found.missing} files missing, {size / 1e6:,.0f} MB: "
        f"peak {peak / 1024:.0f} MiB (before: {before / 1024:.0f}), "
        f"{time.process_time() - begun:.0f} s of processor time"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
