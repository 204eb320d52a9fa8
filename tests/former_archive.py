"""Stores packages in the former format, an object for every file. Written by hand, because the
service reads them indefinitely but no longer writes them."""

from __future__ import annotations

import json
from datetime import datetime

from storage.archive import Package
from storage.manifest import KeptFile, StoredPackage, media_type
from storage.objects import ObjectStore, StoredObject


def store_each_file(
    objects: ObjectStore, package: Package, *, retain_until: datetime
) -> StoredPackage:
    """The former ``storage.archive.store``, in the first format."""
    facts = package.facts

    def put(name: str, data: bytes) -> StoredObject:
        return objects.put_once(
            facts.prefix + name, data, content_type=media_type(name), retain_until=retain_until
        )

    parts = {name: put(name, data) for name, data in sorted(package.files.items())}
    manifest = {
        "schema": "zegel-archive/1",
        "reference": facts.reference,
        "agreement_id": facts.agreement_id,
        "revision": facts.edition,
        "effective_date": facts.effective_date.isoformat(),
        "controller": facts.controller_name,
        "processor": facts.processor_name,
        "template_version": facts.template_version,
        "files": [
            {
                "name": name,
                "media_type": media_type(name),
                "size": part.size,
                "sha256": part.sha256,
                "version_id": part.version_id,
            }
            for name, part in parts.items()
        ],
    }
    written = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    files = {name: KeptFile(name, part.size, part.sha256) for name, part in parts.items()}
    return StoredPackage(facts, parts, files, put("manifest.json", written))
