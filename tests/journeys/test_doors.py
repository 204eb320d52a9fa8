"""The attack on every door of the running service by another user of this machine.

One GET without credentials once erased every original: the object store's master answered it.
Nothing that listens may do such a thing again, whatever a new version of an engine opens.
"""

from __future__ import annotations

from typing import Any

import pytest
from attacker import INTRUDER
from botocore.exceptions import ClientError
from doors import attacked, bytes_kept, client, descendants, doors
from installation import Installation

from service.engines import EmbeddedObjectStore, EmbeddedPostgres


def test_nobody_without_credentials_changes_or_learns_anything(zegel: Installation) -> None:
    zegel.bring(zegel.customer("Deurwaarders BV"), "sealed_and_stored")
    store = zegel.running.engines.store
    s3 = client(store.endpoint_url, store.access_key_id, store.secret_access_key)
    before = bytes_kept(s3, store.bucket)
    originals = [key for key, _ in before if key.endswith("/overeenkomst.pdf")]
    assert originals

    found = doors(processes(zegel))
    assert len([each for each in found if isinstance(each, list)]) >= 11  # the store's ten, and web
    assert any(".s.PGSQL" in each for each in found if isinstance(each, str))
    few = [list(which) for which in before if which[0] in originals[:2]]
    answers = attacked(found, store.bucket, few)

    assert {answer["door"] for answer in answers} == {name(each) for each in found}
    assert bytes_kept(s3, store.bucket) == before, "an original cannot be read any more"
    assert [
        each for each in answers if each["request"].startswith("grpc") and each["status"] > 0
    ] == []
    assert [each for each in answers if 'auth":' in each["said"]] == []  # a token for the volumes
    with pytest.raises(ClientError):
        client(store.endpoint_url, INTRUDER, INTRUDER).list_buckets()


def processes(zegel: Installation) -> set[int]:
    """Those of this installation, with what they started."""
    started = [each.pid for each in zegel.running.processes.values()]
    engines = (
        EmbeddedObjectStore(zegel.data_dir / "objecten").pid(),
        EmbeddedPostgres(zegel.data_dir / "postgres").pid(),
    )
    return descendants([*started, *(pid for pid in engines if pid)])


def name(door: Any) -> str:
    return door if isinstance(door, str) else f"{door[0]}:{door[1]}"
