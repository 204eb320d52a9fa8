"""Sales prepares an agreement."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from service.agreement.drafting import Draft, Input, draft, suggested
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.parties import Processor
from service.agreement.pasted import clean
from service.agreement.permissions import Permission, Principal, Role, Staff, require
from service.agreement.places import at_the_start
from service.agreement.states import Order, State
from service.agreement.template_version import TemplateVersion
from service.database.engine import Transaction
from service.database.queue.idempotency import Asked
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.workflow.offered import offered, template_for
from signatures.effective_date import local_date


def create(deps: Deps, given: Input, staff: Staff, *, idempotency_key: str | None = None) -> str:
    """Make a draft and return its reference.

    The field ``template`` is the digest of an offered text (``offered``), or absent for the
    default. Within a day, the same ``idempotency_key`` returns the first one's reference, or raises
    KeyReused if the request differs. Raises Invalid naming the fields, Refused without a processor
    profile.
    """
    require(staff, Permission.PREPARE)
    asked = Asked(staff, idempotency_key or "", given.sha256)
    with deps.database.begin() as tx:
        if asked.key and (first := tx.idempotency.answered(asked)):
            return first
        agreement = add(deps, tx, given, staff, ground=ground(deps, tx))
        if asked.key:
            tx.idempotency.remember(asked, agreement.reference)
        return agreement.reference


@dataclass(frozen=True)
class Ground:
    """What all agreements made now have in common: ``today`` in Brussels, the newest ``profile``
    and its version, or None, and the offered ``templates``, the default first."""

    today: date
    able: list[Staff]
    profile: tuple[int, Processor] | None
    templates: tuple[str, ...]

    @property
    def processor(self) -> Processor | None:
        return self.profile[1] if self.profile else None


def ground(deps: Deps, tx: Transaction) -> Ground:
    """The ground of this moment; stores the installed template, which new agreements name."""
    tx.templates.keep(deps.template)
    return Ground(
        local_date(tx.now()),
        tx.accounts.with_role(Role.SIGNATORY),
        tx.profiles.newest(),
        tuple(each.sha256 for each in offered(deps, tx)),
    )


def add(
    deps: Deps,
    tx: Transaction,
    given: Input,
    by: Principal,
    *,
    ground: Ground,
    owner_id: str = "",
    template: TemplateVersion | None = None,
) -> Agreement:
    """Make a draft in this transaction: the one way in which agreements begin.

    It is made by ``by`` for ``owner_id``, if given. ``template`` overrides the field of that name.
    Raises Invalid naming the fields, Refused without a processor profile.
    """
    content = draft(
        given,
        default_days=deps.settings.link_days,
        today=ground.today,
        able=ground.able,
        processor=ground.processor,
        templates=ground.templates,
    )
    if ground.profile is None:
        raise Refused(ErrorCode.NO_PROCESSOR)
    version, processor = ground.profile
    if not owner_id:
        if not isinstance(by, Staff):
            raise LookupError(by.actor)
        owner_id = by.id
    if template is None:
        chosen = clean(given.fields.get("template")) or ground.templates[0]
        template = template_for(deps, tx, chosen)
    agreement = _new(tx, content, template, processor, version, owner_id)
    tx.agreements.insert(agreement)
    tx.audit.append(
        agreement.id,
        Event.AGREEMENT_CREATED,
        by,
        personal=by.with_name(to=_name_of_other(tx, agreement, by)),
        reference=agreement.reference,
        **({} if _made_by_owner(agreement, by) else {"staff": agreement.sender_id}),
    )
    return agreement


def _made_by_owner(agreement: Agreement, by: Principal) -> bool:
    return isinstance(by, Staff) and agreement.sender_id == by.id


def _name_of_other(tx: Transaction, agreement: Agreement, by: Principal) -> str:
    """The owner's name, if that is somebody else: the package keeps it with the log."""
    if _made_by_owner(agreement, by):
        return ""
    account = tx.accounts.by_id(agreement.sender_id)
    return account.person.name if account else ""


@dataclass(frozen=True)
class Able:
    """The people who may sign for the processor, and the default choice (or None)."""

    people: list[Staff]
    suggested: Staff | None


def able(deps: Deps, staff: Staff, reference: str = "") -> Able:
    """The candidates for countersigner of a new agreement, or of the draft ``reference``."""
    require(staff, Permission.PREPARE)
    with deps.database.look() as tx:
        people = tx.accounts.with_role(Role.SIGNATORY)
        profile = tx.profiles.newest()
        newest = profile[1] if profile else None
        processor = tx.agreements.get(reference).processor if reference else newest
    return Able(people, suggested(people, processor))


def _new(
    tx: Transaction,
    content: Draft,
    template: TemplateVersion,
    processor: Processor,
    version: int,
    owner_id: str,
) -> Agreement:
    now = tx.now()
    return Agreement(
        **vars(content),
        id=str(uuid.uuid4()),
        reference=tx.agreements.next_reference(local_date(now).year),
        state=State.DRAFT,
        edition=1,
        annex_locked=content.order is Order.PROCESSOR_FIRST,
        processor=processor,
        processor_version=version,
        signatory_id=str(uuid.uuid4()),
        details_confirmed=False,
        sender_id=owner_id,
        created_at=now,
        sent_at=None,
        opened_at=None,
        expires_at=None,
        fully_signed_at=None,
        effective_date=None,
        frozen_sha256="",
        failure="",
        places=at_the_start(template.places, content.order),
        template_sha256=template.sha256,
    )
