"""Checks the anchor of a package: one time stamp over the heads of all logs of a day.

The sheet is older and cannot name it. A Merkle path leads from the log's last entry to the root in
the stamped record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import rfc8785
from asn1crypto import tsp
from cryptography import x509

from signatures.cms.containers import parsed
from signatures.package.case import Case
from signatures.package.finding import Finding, fails
from signatures.package.names import ANCHOR, ANCHORS, OF_STAMP_SERVICE, OWN_CERTIFICATES
from signatures.stamps.check import check_issued, check_over

SCHEMA = "zegel-anchor/1"
_KINDS = (".json", ".tsr", ".pad.txt")
_STEP = re.compile(r"(links|rechts) ([0-9a-f]{64})")
_MOST_STEPS = 64


def check_anchors(case: Case) -> Iterator[Finding]:
    """At most one complete anchor, over the head of this log; on its first day a package has
    none."""
    days: dict[str, dict[str, bytes]] = defaultdict(dict)
    for name, data in case.files.items():
        if found := ANCHOR.fullmatch(name):
            days[found["day"]][found["kind"]] = data
    for position, (day, files) in enumerate(sorted(days.items())):
        for kind in _KINDS:
            if kind not in files:
                yield fails("anchors", "package_missing", f"{ANCHORS}{day}{kind}")
        if position:
            yield fails("anchors", "anchor_second", f"{ANCHORS}{day}.json")
        elif len(files) == len(_KINDS):
            yield from _check(case, day, files)


def _check(case: Case, day: str, files: dict[str, bytes]) -> Iterator[Finding]:
    record = _record(files[".json"])
    if record.get("schema") != SCHEMA or record.get("day") != day:
        yield fails("anchors", "anchor_record", f"{ANCHORS}{day}.json")
        return
    moment = _stamped(case, files[".tsr"], files[".json"])
    if moment is None:
        yield fails("anchors", "anchor_stamp", f"{ANCHORS}{day}.tsr")
        return
    if files[".pad.txt"] != _path(case, files[".pad.txt"], record.get("root"), moment):
        yield fails("anchors", "anchor_path", f"{ANCHORS}{day}.pad.txt")


def _record(encoded: bytes) -> dict[str, Any]:
    try:
        read = json.loads(encoded)
        plain = isinstance(read, dict) and rfc8785.dumps(read) == encoded
    except (ValueError, RecursionError):
        return {}
    return read if plain else {}


def _stamped(case: Case, response: bytes, record: bytes) -> int | None:
    """When (in seconds) an authority under a given root stamped it, or None."""
    roots, beside = [*case.trust.roots, *case.trust.stamp_roots], _beside(case)
    try:
        answer = tsp.TimeStampResp.load(response, strict=True)
        if answer.dump() != response:
            return None
        token = parsed(answer["time_stamp_token"])
        check_over(token, record)
        at, _ = check_issued(token, roots, beside)
    except Exception:  # bytes that are no token, or one over something else, or of somebody else
        return None
    return int(at.timestamp())


def _beside(case: Case) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for name in (*OWN_CERTIFICATES, OF_STAMP_SERVICE):
        if name in case.files:
            found += x509.load_pem_x509_certificates(case.files[name])
    return found


def _path(case: Case, given: bytes, root: Any, moment: int) -> bytes | None:
    """The file's required contents, if its steps lead from head to root."""
    log = case.sheet.said["log"]
    leaf = rfc8785.dumps(
        {
            "agreement": case.sheet.said["agreement_id"],
            "seq": log["entries"][-1]["seq"],
            "hash": log["head"],
        }
    ).decode()
    lines = given.decode("ascii", errors="replace").splitlines()[1:-1]
    found = hashlib.sha256(leaf.encode()).hexdigest()
    for line in lines[:_MOST_STEPS]:
        step = _STEP.fullmatch(line)
        if step is None:
            return None
        pair = f"{step[2]} {found}" if step[1] == "links" else f"{found} {step[2]}"
        found = hashlib.sha256(f"node {pair}".encode()).hexdigest()
    if found != root:
        return None
    return "\n".join([f"blad {leaf}", *lines, f"tijd {moment}", ""]).encode()
