"""The object store as tests reach it: its settings, and a plain client."""

from __future__ import annotations

import dataclasses
from typing import Any

import boto3

from service.engines.object_store import ObjectStoreAddress
from storage.config import S3Config

# A store that never answers, for tests that keep nothing in it or that lose it.
NO_STORE = S3Config("none", "http://127.0.0.1:1", access_key_id="none", secret_access_key="none")


def bucket_at(store: ObjectStoreAddress, bucket: str) -> S3Config:
    """The settings of a bucket in that store."""
    return S3Config(bucket=bucket, **dataclasses.asdict(store))


def client(endpoint_url: str | None, access_key_id: str | None, secret: str | None) -> Any:
    """A plain S3 client, with no part of the product."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret,
        region_name="us-east-1",
    )


def administrator(store: ObjectStoreAddress) -> Any:
    """A plain client with the administrator's credentials."""
    return client(store.endpoint_url, store.access_key_id, store.secret_access_key)
