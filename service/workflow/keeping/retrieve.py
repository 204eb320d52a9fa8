"""Downloads: the shown text and the files of a package, each of which is logged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from service.agreement import anchoring
from service.agreement.activity import Activity
from service.agreement.anchoring import Head
from service.agreement.events import Event
from service.agreement.file_names import saved_as
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Principal, Staff, require
from service.database.agreement.documents import Original
from service.database.engine import Transaction
from service.database.log.anchors import Anchor
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.texts import OURS, text
from service.workflow import package_files
from service.workflow.actors import Client
from service.workflow.keeping.dossier import Dossier
from signatures.package.names import AGREEMENT, ANCHORS, EVIDENCE, LOG, SHEET, SHOWN, is_registered
from storage.bag import bag
from storage.manifest import DOCUMENT, media_type
from storage.renewed import original_of
from storage.zipped import zip_package


def shown_pdf(deps: Deps, reference: str, staff: Staff) -> bytes:
    """The frozen document that both parties sign; not recorded as opening the text. Raises
    NotFound, or the store's errors."""
    require(staff, Permission.SEE_AGREEMENTS)
    with deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        frozen = tx.documents.frozen_pdf(agreement.id, agreement.edition)
        if frozen is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        tx.activity.note(Activity.TEXT_VIEWED, staff.id, reference)
    return package_files.shown_pdf(deps, agreement.id, frozen[0])


def shown_text(deps: Deps, found: Dossier) -> str:
    """The same text as a page, from its dossier. Raises NotFound, or the store's errors."""
    if found.frozen is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return package_files.reading_view(deps, found.agreement.id, found.frozen)


def open_file(
    deps: Deps, reference: str, name: str, staff: Staff, client: Client
) -> tuple[bytes, str]:
    """One file of a package and its media type, from the archive, compared with its recorded
    SHA-256.

    Raises NotFound, NotAllowed, or the store's errors.
    """
    require(staff, Permission.SEE_ARCHIVE)
    if not open_to_all(name):
        require(staff, Permission.SEE_EVIDENCE)
    with deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        objects = tx.archive.objects(agreement.id)
        original = tx.documents.original(agreement.id)
        registered = tx.registered_files.of(agreement.id)
    data = package_files.read_file(deps, agreement, original, objects, name)
    if data is None and registered and registered.pdf and name == DOCUMENT:
        data = registered.pdf
    if data is None:
        data = _working_copy(original, name)
    _log_download(deps, agreement, name, staff, client)
    return data, media_type(name)


def file_name(deps: Deps, reference: str, name: str, by: Principal) -> str:
    """The download name of a file of the package. Raises NotFound, NotAllowed."""
    require(by, Permission.SEE_ARCHIVE)
    with deps.database.begin() as tx:
        return saved_as(tx.agreements.get(reference), name)


def open_to_all(name: str) -> bool:
    """Whether access to the archive is enough to download it: files with people's addresses also
    need access to evidence."""
    return (original_of(name) or name) in (AGREEMENT, SHOWN, DOCUMENT)


def package(deps: Deps, reference: str, staff: Staff, client: Client) -> bytes:
    """All archived files with the anchor of the log, as a ZIP in the form of a bag (RFC 8493).
    Always the same bytes once the anchor has followed. Raises NotFound."""
    require(staff, Permission.SEE_EVIDENCE)
    with deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        objects = tx.archive.objects(agreement.id)
        original = tx.documents.original(agreement.id)
    if not objects:
        raise NotFound(ErrorCode.NOT_FOUND)
    files = package_files.read_files(deps, agreement, original, objects)
    if original is not None:
        with deps.database.begin() as tx:
            files |= _anchor_files(tx, agreement.id, files[LOG])
    data = zip_package(_as_bag(agreement, files), folder=reference)
    _log_download(deps, agreement, f"{reference}.zip", staff, client)
    return data


def _working_copy(original: Original | None, name: str) -> bytes:
    """A sealed file that has not been archived yet, so that it can be downloaded too."""
    if original is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    copies = {
        AGREEMENT: (original.pdf, original.sha256),
        SHEET: (original.evidence_pdf, original.evidence_sha256),
        EVIDENCE: (original.evidence_json, ""),
    }
    data, digest = copies.get(name, (None, ""))
    if data is None or (digest and hashlib.sha256(data).hexdigest() != digest):
        raise NotFound(ErrorCode.NOT_FOUND)
    return data


def _log_download(
    deps: Deps, agreement: Agreement, name: str, staff: Staff, client: Client
) -> None:
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement.id)
        tx.activity.note(
            Activity.FILE_FETCHED,
            staff.id,
            f"{agreement.reference}, {name}",
            client=client.personal(),
        )
        tx.audit.append(
            agreement.id,
            Event.ARCHIVE_DOWNLOADED,
            staff,
            personal=client.personal(name=staff.name),
            name=name,
        )


def _anchor_files(tx: Transaction, agreement_id: str, log: bytes) -> dict[str, bytes]:
    """The first anchor of the last entry of a package's log, with the path to it; {} if none. Later
    ones add nothing."""
    last = json.loads(log.splitlines()[-1])
    head = Head(agreement_id, last.get("entry", last)["seq"], last["hash"])
    anchor = tx.anchors.holding(head)
    if anchor is None:
        return {}
    day = anchor.day.isoformat()
    return {
        f"{ANCHORS}{day}.json": anchor.record,
        f"{ANCHORS}{day}.tsr": anchor.response,
        f"{ANCHORS}{day}.pad.txt": _path(anchor, tx.anchors.heads(anchor.number), head),
    }


def _path(anchor: Anchor, heads: list[Head], head: Head) -> bytes:
    """One step per line: the leaf, then the side and hash of each sibling, then the token's
    time."""
    lines = [f"blad {head.leaf().decode()}"]
    lines += [f"{side} {other}" for side, other in anchoring.path(heads, head)]
    lines.append(f"tijd {int(anchor.token_time.timestamp())}")
    return ("\n".join(lines) + "\n").encode()


def _as_bag(agreement: Agreement, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return bag(
        files,
        {
            "Source-Organization": agreement.processor.full_name,
            "External-Identifier": agreement.reference,
            "External-Description": text(
                "registration.package" if is_registered(files) else "evidence.package",
                OURS,
                reference=agreement.reference,
                controller=agreement.controller.name,
                processor=agreement.processor.full_name,
            ),
        },
    )
