"""Giving and revoking a standing mandate, and looking at what was signed under it.

Only giving asks for the password. The signatory and every administrator are told of both.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from service.agreement.act_record import Observed
from service.agreement.changes import Change, What
from service.agreement.events import Event
from service.agreement.mandate import Mandate, MandateEnd, digest, standard_lines
from service.agreement.mandate_text import Draft, parse_terms
from service.agreement.permissions import Permission, Staff, require
from service.agreement.template_family import Choice
from service.database.engine import Transaction
from service.database.people.mandates import SignedUnder, Used
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotFound, Refused
from service.texts import OURS, catalogue
from service.workflow.actors import Client
from service.workflow.offered import offered
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.accounts import confirm_password
from signatures.effective_date import local_date


@dataclass(frozen=True)
class Shown:
    """A mandate on a page. ``standing`` is a code of ``mandate.standing``; ``used`` counts what was
    signed under it, ``latest`` are the last of these."""

    mandate: Mandate
    standing: str
    used: Used
    latest: Sequence[SignedUnder]

    @property
    def in_force(self) -> bool:
        return self.standing == "in_force"


def own_mandates(deps: Deps, staff: Staff) -> list[Shown]:
    """Newest first."""
    require(staff, Permission.COUNTERSIGN)
    with deps.database.look() as tx:
        return _shown(tx, tx.mandates.of(staff.id))


def all_mandates(deps: Deps, by: Staff) -> list[Shown]:
    """Everybody's, newest first."""
    require(by, Permission.MANAGE_STAFF)
    with deps.database.look() as tx:
        return _shown(tx, tx.mandates.of())


def choices(deps: Deps, staff: Staff) -> list[Choice]:
    """The templates that a mandate can be for, the default first."""
    require(staff, Permission.COUNTERSIGN)
    with deps.database.look() as tx:
        return offered(deps, tx)


def draft(
    deps: Deps,
    fields: Mapping[str, str],
    services: Sequence[str],
    staff: Staff,
    *,
    templates: Sequence[str] | None = None,
) -> Draft:
    """The mandate with these terms, to read before giving it; ``templates`` are digests, None: the
    default.

    Raises Invalid naming ``templates``, ``services``, ``until`` or ``per_day``; NotFound without a
    profile.
    """
    require(staff, Permission.COUNTERSIGN)
    with deps.database.look() as tx:
        return _draft(deps, tx, fields, services, staff, templates)


def give(
    deps: Deps,
    fields: Mapping[str, str],
    services: Sequence[str],
    staff: Staff,
    client: Client,
    *,
    shown: str,
    confirmed: Set[str],
    password: str,
    browser: str = "",
    templates: Sequence[str] | None = None,
) -> Mandate:
    """Give the mandate with these terms, in the place of one that is in force.

    ``shown`` is ``Draft.sha256``. Raises Invalid naming a term, ``confirmed`` or ``password``;
    Refused if the text has changed; TooMany if the account is locked.
    """
    require(staff, Permission.COUNTERSIGN)
    read = draft(deps, fields, services, staff, templates=templates)
    stated = {each.id for each in read.statements}
    wrong = []
    if not confirmed >= stated:
        wrong.append(FieldError("confirmed", FieldCode.STATEMENTS_MISSING))
    try:
        if not password:  # reported as wrong, but not counted as an attempt
            raise Invalid([FieldError("password", FieldCode.PASSWORD_WRONG)])
        confirm_password(deps, staff, password, browser)
    except Invalid as refused:
        wrong += refused.errors
    if wrong:
        raise Invalid(wrong)
    with deps.database.begin() as tx:
        tx.mandates.take_turns()
        former = tx.mandates.lock_current(staff.id)
        account = tx.accounts.by_id(staff.id)
        if account is None or not account.active or account.person.name != staff.name:
            raise NotFound(ErrorCode.NOT_FOUND)
        require(account.person, Permission.COUNTERSIGN)
        wanted = _draft(deps, tx, fields, services, account.person, templates)
        if wanted.sha256 != shown:
            raise Refused(ErrorCode.MANDATE_CHANGED)
        if former:
            tx.mandates.end(former.id, MandateEnd.REPLACED)
        given = _given(tx, wanted, client)
        tx.mandates.add(given)
        _tell(tx, Event.MANDATE_GIVEN, What.MANDATE, given, account.person, account.person)
    return given


def revoke(deps: Deps, mandate_id: str, by: Staff) -> Mandate:
    """End one's own mandate at once, or anybody's for an administrator; repeatable. Returns the
    mandate as it was. Raises NotFound."""
    with deps.database.begin() as tx:
        mandate = tx.mandates.lock(mandate_id)
        if mandate is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        if mandate.staff_id != by.id and not by.may(Permission.MANAGE_STAFF):
            raise NotFound(ErrorCode.NOT_FOUND)
        if mandate.ended is not MandateEnd.NOT:
            return mandate
        account = tx.accounts.by_id(mandate.staff_id)
        if account is None:  # the foreign key makes this impossible
            raise LookupError(mandate.staff_id)
        tx.mandates.end(mandate.id, MandateEnd.REVOKED)
        _tell(tx, Event.MANDATE_REVOKED, What.MANDATE_REVOKED, mandate, account.person, by)
    return mandate


def end_with_account(tx: Transaction, mandate: Mandate, by: Staff) -> Change:
    """End the mandate of an account that is blocked, renamed or loses the role; returns the change
    to mail. The caller holds the mandate's lock."""
    tx.mandates.end(mandate.id, MandateEnd.ACCOUNT)
    tx.audit.append(
        None, Event.MANDATE_ENDED, by, number=str(mandate.number), staff=mandate.staff_id
    )
    return Change(What.MANDATE_ENDED, {"number": str(mandate.number)})


def _draft(
    deps: Deps,
    tx: Transaction,
    fields: Mapping[str, str],
    services: Sequence[str],
    staff: Staff,
    templates: Sequence[str] | None,
) -> Draft:
    known = tx.profiles.newest()
    if known is None:
        raise NotFound(ErrorCode.NO_PROCESSOR)
    processor = known[1]
    today = local_date(tx.now())
    terms = parse_terms(fields, services, known=list(catalogue("services", OURS)), today=today)
    return Draft(
        person=staff,
        function=staff.function or processor.representative_function,
        processor=processor,
        templates=_chosen(offered(deps, tx), templates),
        terms=terms,
        lines=standard_lines(terms.services, tx.profiles.suggestions()),
        language=staff.language,
    )


def _chosen(there: Sequence[Choice], wanted: Sequence[str] | None) -> tuple[Choice, ...]:
    """Those of these with the wanted digests. Raises Invalid."""
    if wanted is None or len(there) == 1:
        return (there[0],)
    found = tuple(each for each in there if each.sha256 in wanted)
    if not found or len(found) < len(set(wanted)):
        code = FieldCode.TEMPLATE_GONE if wanted else FieldCode.CHOOSE
        raise Invalid([FieldError("templates", code)])
    return found


def _given(tx: Transaction, wanted: Draft, client: Client) -> Mandate:
    mandate_id, number, now = str(uuid.uuid4()), tx.mandates.next_number(), tx.now()
    observed = Observed(client.ip, client.user_agent, reauthenticated="password").in_record()
    content = wanted.content(mandate_id, number, now, observed, secrets.token_hex(16))
    return Mandate(mandate_id, number, wanted.person.id, now, content, digest(content))


def _tell(
    tx: Transaction, event: Event, what: What, mandate: Mandate, about: Staff, by: Staff
) -> None:
    number, until = str(mandate.number), mandate.until.isoformat()
    once = tx.audit.append(
        None,
        event,
        by,
        personal={"name": about.name},
        number=number,
        until=until,
        staff=about.id,
        mandate_sha256=mandate.sha256,
    )
    values = {"number": number, "until": until, "per_day": str(mandate.per_day)}
    tell_of_change(tx, [Change(what, values)], about=about, by=by.name, once=once)


def _shown(tx: Transaction, found: Sequence[Mandate]) -> list[Shown]:
    today = local_date(tx.now())
    return [
        Shown(
            each,
            "in_force" if each.in_force(today) else each.ended.value or "expired",
            tx.mandates.used(each.id, today),
            tx.mandates.latest(each.id),
        )
        for each in found
    ]
