"""Mails to staff about their accounts, and notifications of changes."""

from __future__ import annotations

from collections.abc import Iterable

from service.agreement.changes import Change, Matter
from service.agreement.permissions import Role, Staff
from service.agreement.subjects import Subject, SubjectKind
from service.database.engine import Transaction
from service.mail.account_kinds import AccountChanged
from service.workflow.telling.notify import tell_staff


def tell_of_change(
    tx: Transaction,
    changes: Iterable[Change],
    *,
    about: Staff | Matter | None,
    by: str,
    once: str,
    personally: bool = True,
) -> None:
    """Mail the changes to the person concerned and to every administrator.

    ``about`` is None for the processor's profile. Not ``personally`` if another mail tells the
    person concerned.
    """
    readers = {each.id: each for each in tx.accounts.with_role(Role.ADMIN)}
    person = about if isinstance(about, Staff) else None
    if person:
        readers[person.id] = person
        if not personally:
            del readers[person.id]
    subject = Subject.account(person.id) if person else _profile(tx)
    said, now = tuple(changes), tx.now()
    for reader in readers.values():
        own = person is not None and reader.id == person.id
        tell_staff(
            tx,
            reader,
            AccountChanged(
                about_name=about.name if isinstance(about, Staff) else about or "",
                own=own,
                changes=said,
                by_name=by,
                changed_at=now,
            ),
            subject,
            once=once,
            page="/account" if own else "/beheer/logboek",
        )


def _profile(tx: Transaction) -> Subject:
    known = tx.profiles.newest()
    return Subject(SubjectKind.PROFILE, str(known[0] if known else 0))
