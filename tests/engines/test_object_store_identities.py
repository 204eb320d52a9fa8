"""What the embedded store's two working identities may and may not do."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from stores import client

from service.engines import EmbeddedObjectStore, ObjectStoreAddress
from service.engines.object_store_identities import (
    ALLOWED,
    WEB,
    WORKER,
    Credentials,
    configuration,
)

ROOT = Path(__file__).parents[2]
UNTIL = datetime.now(UTC) + timedelta(days=400)
EARLIER, LATER = UNTIL - timedelta(days=300), UNTIL + timedelta(days=300)
Attempt = Callable[[Any, dict[str, str]], Any]


def retained(until: datetime) -> dict[str, Any]:
    return {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": until}}


def bucket_of(version: dict[str, str]) -> dict[str, str]:
    return {"Bucket": version["Bucket"]}


def batch(s3: Any, version: dict[str, str], **more: Any) -> Any:
    """The batch deletion, which answers 200 and lists its refusals inside."""
    one = {"Key": version["Key"], "VersionId": version["VersionId"]}
    answer = s3.delete_objects(**bucket_of(version), Delete={"Objects": [one]}, **more)
    for refused in answer.get("Errors", []):
        raise ClientError({"Error": {"Code": refused["Code"]}}, "DeleteObjects")
    return answer


READS: dict[str, Attempt] = {
    "get": lambda s3, v: s3.get_object(**v),
    "head": lambda s3, v: s3.head_object(**v),
    "list": lambda s3, v: s3.list_object_versions(**bucket_of(v)),
    "bucket": lambda s3, v: s3.head_bucket(**bucket_of(v)),
    "versioning": lambda s3, v: s3.get_bucket_versioning(**bucket_of(v)),
    "lock of the bucket": lambda s3, v: s3.get_object_lock_configuration(**bucket_of(v)),
}
WRITES: dict[str, Attempt] = {
    "put, locked": lambda s3, v: s3.put_object(
        **bucket_of(v),
        Key=f"new/{v['VersionId']}",
        Body=b"x",
        IfNoneMatch="*",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=UNTIL,
    ),
    "extend": lambda s3, v: s3.put_object_retention(**v, **retained(LATER)),
}
DESTROYS: dict[str, Attempt] = {
    "delete": lambda s3, v: s3.delete_object(**v),
    "delete, bypassing": lambda s3, v: s3.delete_object(**v, BypassGovernanceRetention=True),
    "hide": lambda s3, v: s3.delete_object(Bucket=v["Bucket"], Key=v["Key"]),
    "delete many": batch,
    "delete many, bypassing": lambda s3, v: batch(s3, v, BypassGovernanceRetention=True),
    "shorten": lambda s3, v: s3.put_object_retention(**v, **retained(EARLIER)),
    "shorten, bypassing": lambda s3, v: s3.put_object_retention(
        **v, **retained(EARLIER), BypassGovernanceRetention=True
    ),
    "no versions": lambda s3, v: s3.put_bucket_versioning(
        **bucket_of(v), VersioningConfiguration={"Status": "Suspended"}
    ),
    "no lock": lambda s3, v: s3.put_object_lock_configuration(
        **bucket_of(v),
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
        },
    ),
    "let it expire": lambda s3, v: s3.put_bucket_lifecycle_configuration(
        **bucket_of(v),
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "x",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "Expiration": {"Days": 1},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
                }
            ]
        },
    ),
    "open to all": lambda s3, v: s3.put_bucket_policy(
        **bucket_of(v),
        Policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": f"arn:aws:s3:::{v['Bucket']}/*",
                    }
                ],
            }
        ),
    ),
    "open by list": lambda s3, v: s3.put_object_acl(**v, ACL="public-read-write"),
    "delete the bucket": lambda s3, v: s3.delete_bucket(**bucket_of(v)),
    "make another": lambda s3, v: s3.create_bucket(Bucket=f"{v['Bucket']}-2"),
}


@pytest.fixture
def version(s3: Any, bucket: str) -> dict[str, str]:
    """A locked original, stored by the administrator."""
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    put = s3.put_object(
        Bucket=bucket,
        Key="map/a.pdf",
        Body=b"bewaard",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=UNTIL,
    )
    return {"Bucket": bucket, "Key": "map/a.pdf", "VersionId": put["VersionId"]}


@pytest.mark.parametrize("name", [WEB, WORKER])
def test_who_works_with_the_store_destroys_nothing(
    run_directory: Path,
    object_store: ObjectStoreAddress,
    s3: Any,
    version: dict[str, str],
    name: str,
) -> None:
    who = EmbeddedObjectStore(run_directory / "object-store").identities()[name]
    its = client(object_store.endpoint_url, who.access_key_id, who.secret_access_key)
    for what, read in READS.items():
        assert read(its, version), what
    for what, attempt in (DESTROYS if name == WORKER else {**WRITES, **DESTROYS}).items():
        with pytest.raises(ClientError) as refused:
            attempt(its, version)
        assert refused.value.response["Error"]["Code"] == "AccessDenied", what
    if name == WORKER:
        for write in WRITES.values():
            write(its, version)
    found = s3.get_object(**version)
    assert found["Body"].read() == b"bewaard"
    assert found["ObjectLockRetainUntilDate"] >= UNTIL.replace(microsecond=0)
    assert s3.list_object_versions(**bucket_of(version)).get("DeleteMarkers") is None


def test_the_administrator_could(s3: Any, version: dict[str, str]) -> None:
    """Otherwise the attempts above would prove nothing."""
    DESTROYS["delete, bypassing"](s3, version)
    with pytest.raises(ClientError):
        s3.get_object(**version)


@pytest.mark.long
def test_a_server_of_before_the_identities_is_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddedObjectStore(tmp_path / "store")
    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedObjectStore, "_switches", lambda _store: [])
        store.start()
        before = store.pid()
    try:
        again = EmbeddedObjectStore(tmp_path / "store")
        address = again.start()
        assert again.pid() != before
        worker = again.identities()[WORKER]
        its = client(address.endpoint_url, worker.access_key_id, worker.secret_access_key)
        assert its.list_buckets()
        assert store.identities() == again.identities()
        again.stop()
    finally:
        store.stop()
    assert store.pid() is None


def test_containers_have_the_same_identities(tmp_path: Path) -> None:
    """``scripts/compose-secrets`` runs without our code installed, so it repeats the identities."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "compose-secrets", tmp_path / "scripts")
    subprocess.run([tmp_path / "scripts" / "compose-secrets"], check=True, capture_output=True)
    made = tmp_path / "var" / "compose-secrets"
    given = json.loads((made / "s3-identities").read_text())
    administrator, *others = given["identities"]
    assert administrator["actions"] == ["Admin", "Read", "Write", "List", "Tagging"]
    identities = {
        name: Credentials(
            (made / f"s3-{name}-access-key-id").read_text(),
            (made / f"s3-{name}-secret-access-key").read_text(),
        )
        for name in ALLOWED
    }
    wanted = configuration(identities)
    assert others == wanted["identities"]
    for here, there in zip(wanted["policies"], given["policies"], strict=True):
        assert here["name"] == there["name"]
        assert json.loads(here["content"]) == json.loads(there["content"])
