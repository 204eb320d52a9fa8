"""Registers an agreement that exists already: on paper, from another tool, in the customer's text.

A sandboxed process opens the file; the worker archives it with the typed data
(``keep_registered``).
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from service.agreement.annex import Annex
from service.agreement.deadlines import LEAST_DAYS
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.parties import MainAgreement, Processor, Signatory
from service.agreement.permissions import Permission, Staff, require
from service.agreement.registration import (
    IMAGE,
    MOST_BYTES,
    PDF,
    File,
    Record,
    Registration,
    media_type_of,
    parse_registration,
    sha256,
)
from service.agreement.states import Order, PackageState, State
from service.database.agreement.registered_files import RegisteredFile
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotFound, Refused
from service.workflow.tasks import KEEP_REGISTERED
from signatures.effective_date import BRUSSELS, local_date
from signatures.sandbox.examine import Busy, NotExamined, look_apart
from storage.manifest import prefix_of

FIELD, AGAIN = "file", "registered_twice"
_NAME_MOST = 200
_REFUSED = {
    "unreadable": FieldCode.PAPER_UNREADABLE,
    "locked": FieldCode.PAPER_LOCKED,
    "active": FieldCode.PAPER_ACTIVE,
    "pages": FieldCode.PAPER_PAGES,
    "pixels": FieldCode.PAPER_PIXELS,
}


def receive(deps: Deps, data: bytes, name: str, by: Staff) -> RegisteredFile:
    """Keep an uploaded file, as a PDF. Raises Invalid naming ``file``."""
    require(by, Permission.PREPARE)
    kind = media_type_of(data)
    if len(data) > MOST_BYTES:
        raise _refused(FieldCode.PAPER_LARGE, most=MOST_BYTES >> 20)
    if kind is None:
        raise _refused(FieldCode.PAPER_KIND)
    media_type = kind[0]
    try:
        found = look_apart(data, PDF if media_type == PDF else IMAGE)
    except Busy as busy:
        raise _refused(FieldCode.IMAGE_BUSY) from busy
    except NotExamined as hostile:
        raise _refused(FieldCode.NOT_EXAMINED) from hostile
    if "refused" in found:
        raise _refused(_REFUSED[found["refused"]])
    pdf = data if media_type == PDF else base64.b64decode(found["pdf"])
    file = File(
        _shown(name), media_type, sha256(data), len(data), sha256(pdf), len(pdf), found["pages"]
    )
    kept = RegisteredFile(str(uuid.uuid4()), by.id, file, pdf, None if media_type == PDF else data)
    with deps.database.begin() as tx:
        tx.registered_files.add(kept)
    return kept


def uploaded(deps: Deps, file_id: str, by: Staff) -> RegisteredFile:
    """The file that this person uploaded. Raises NotFound, also once it is registered."""
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        return _waiting(tx, file_id, by)


def register(deps: Deps, file_id: str, fields: Mapping[str, Any], by: Staff) -> str:
    """Make the agreement and return its reference; a repetition returns the first one's.

    Raises Invalid naming the fields, or ``registered_twice`` if one with this number is in force,
    unless that says ``yes``; NotFound, Refused without a profile.
    """
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        kept = tx.registered_files.uploaded(file_id, by.id)
        if kept and kept.agreement_id:
            return tx.agreements.get_by_id(kept.agreement_id).reference
        kept = _waiting(tx, file_id, by)
        now = tx.now()
        today = local_date(now)
        found = parse_registration(fields, today)
        _not_twice(tx, found, fields, today)
        newest = tx.profiles.newest()
        if newest is None:
            raise Refused(ErrorCode.NO_PROCESSOR)
        version, processor = newest
        reference = tx.agreements.next_reference(today.year)
        agreement = agreement_of(
            str(uuid.uuid4()), reference, found, processor, version, now, by.id
        )
        tx.agreements.insert(agreement)
        tx.audit.append(
            agreement.id,
            Event.AGREEMENT_REGISTERED,
            by,
            personal=by.with_name(),
            reference=reference,
            signed_on=found.signed_on.isoformat(),
            sha256=kept.file.pdf_sha256,
        )
        line = tx.audit.of(agreement.id)[-1].line
        record = Record(
            agreement.id, reference, found, kept.file, processor, now, by.id, by.name, line
        )
        tx.registered_files.register(kept.id, agreement.id, record.canonical)
        tx.archive.set_state(agreement.id, PackageState.LOCAL, prefix_of(reference))
        tx.jobs.defer(KEEP_REGISTERED, agreement_id=agreement.id)
    return reference


def agreement_of(
    agreement_id: str,
    reference: str,
    found: Registration,
    processor: Processor,
    version: int,
    at: datetime,
    by_id: str,
) -> Agreement:
    """The agreement in a registration; nobody signs it here, so it has no places and no text."""
    return Agreement(
        id=agreement_id,
        reference=reference,
        state=State.REGISTERED,
        edition=1,
        order=Order.CONTROLLER_FIRST,
        annex_locked=True,
        processor=processor,
        processor_version=version,
        controller=found.controller,
        signatory=Signatory(found.signed_by, ""),
        signatory_id=str(uuid.uuid4()),
        main_agreement=MainAgreement(),
        services=(),
        annex=Annex(),
        details_confirmed=True,
        message="",
        link_days=LEAST_DAYS,
        sender_id=by_id,
        created_at=at,
        sent_at=None,
        opened_at=None,
        expires_at=None,
        # Only the day is known.
        fully_signed_at=datetime.combine(found.signed_on, time(12), BRUSSELS).astimezone(UTC),
        effective_date=found.signed_on,
        frozen_sha256="",
        failure="",
        places={},
    )


def _waiting(tx: Transaction, file_id: str, by: Staff) -> RegisteredFile:
    kept = tx.registered_files.uploaded(file_id, by.id)
    if kept is None or kept.agreement_id is not None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return kept


def _not_twice(
    tx: Transaction, found: Registration, fields: Mapping[str, Any], today: date
) -> None:
    number = found.controller.number
    there = tx.overview.same_number(number, "", today) if number else None
    if there and there.stage == "effective" and fields.get(AGAIN) != "yes":
        code = FieldCode.REGISTERED_TWICE
        raise Invalid([FieldError(AGAIN, code, {"reference": there.reference})])


def _refused(code: FieldCode, **values: object) -> Invalid:
    return Invalid([FieldError(FIELD, code, values)])


def _shown(name: str) -> str:
    """The last part of a file's name, without what no name has."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each for each in last if each.isprintable())[-_NAME_MOST:]
