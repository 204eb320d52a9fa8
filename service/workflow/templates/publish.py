"""Publishing versions of templates, withdrawing them, and which family is the default.

Who imports a version does not publish it, unless there is no other administrator, or as operator of
the machine; the log and the mail to all administrators say so.
"""

from __future__ import annotations

from service.agreement.changes import Change, Matter, What
from service.agreement.events import Event
from service.agreement.permissions import Permission, Principal, Role, Staff, require
from service.agreement.template_family import INSTALLED, Family, TemplateStep, Version, next_state
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.workflow.offered import installed_name
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.reauthenticate import Proof, must_prove
from service.workflow.telling.notify import PRODUCT
from service.workflow.templates.families import family
from service.workflow.templates.take_in import note, tell


def publish(deps: Deps, version_id: str, by: Principal, proof: Proof | None = None) -> Version:
    """Let new agreements have this version from now on, instead of the former one of its family.

    Raises Invalid for a wrong password, Refused if it cannot be published, or not by who imported
    it; NotFound.
    """
    require(by, Permission.MANAGE_TEMPLATES)
    _prove(deps, by, proof)
    with deps.database.begin() as tx:
        tx.own_templates.take_turns()
        tx.accounts.lock_staff()
        version = tx.own_templates.lock(version_id)
        next_state(TemplateStep.PUBLISH, version.state)
        alone = alone_with(version, by)
        if alone and isinstance(by, Staff) and another_administrator(tx, by):
            raise Refused(ErrorCode.TEMPLATE_SECOND)
        tx.templates.keep(tx.own_templates.template(version_id))
        tx.own_templates.published(version_id, _id(by), alone=alone)
        if not isinstance(by, Staff):
            what, said = What.TEMPLATE_OPERATOR, {}
        elif alone:
            what, said = What.TEMPLATE_ALONE, {"alone": True}
        else:
            what, said = What.TEMPLATE_PUBLISHED, {}
        once = note(tx, Event.TEMPLATE_PUBLISHED, version, by, **said)
        tell(tx, what, version, by, once)
        return tx.own_templates.get(version_id)


def withdraw(deps: Deps, version_id: str, by: Principal, proof: Proof | None = None) -> Version:
    """Let no new agreement have this version; the one published before is current again.

    Raises Invalid for a wrong password; Refused if it is not published, or the default and the last
    one of its family; NotFound.
    """
    require(by, Permission.MANAGE_TEMPLATES)
    _prove(deps, by, proof)
    with deps.database.begin() as tx:
        tx.own_templates.take_turns()
        version = tx.own_templates.lock(version_id)
        next_state(TemplateStep.WITHDRAW, version.state)
        tx.own_templates.withdrawn(version_id, _id(by))
        _refuse_without_default(tx)
        once = note(tx, Event.TEMPLATE_WITHDRAWN, version, by)
        tell(tx, What.TEMPLATE_WITHDRAWN, version, by, once)
        return tx.own_templates.get(version_id)


def remove(deps: Deps, version_id: str, by: Principal) -> Version:
    """Only if it was never published. Raises Refused, NotFound."""
    require(by, Permission.MANAGE_TEMPLATES)
    with deps.database.begin() as tx:
        tx.own_templates.take_turns()
        version = tx.own_templates.lock(version_id)
        next_state(TemplateStep.REMOVE, version.state)
        tx.own_templates.remove(version)
        note(tx, Event.TEMPLATE_REMOVED, version, by)
        return version


def make_default(deps: Deps, family_id: str, by: Principal, proof: Proof | None = None) -> Family:
    """Let new agreements have this family unless another one is chosen.

    Raises Invalid for a wrong password, Refused if nothing of it is published, NotFound.
    """
    found = family(deps, family_id, by)
    _prove(deps, by, proof)
    with deps.database.begin() as tx:
        tx.own_templates.take_turns()
        if not found.offered:
            tx.own_templates.offer(family_id, found.name, offered=True)
        tx.own_templates.make_default(family_id)
        _refuse_without_default(tx, family_id)
        _note_family(tx, Event.TEMPLATE_PREFERRED, What.TEMPLATE_PREFERRED, found, by)
    return family(deps, family_id, by)


def offer(
    deps: Deps, family_id: str, by: Principal, proof: Proof | None = None, *, offered: bool
) -> Family:
    """Offer this family for new agreements, or stop offering it.

    Raises Invalid for a wrong password, Refused for the default, NotFound.
    """
    found = family(deps, family_id, by)
    _prove(deps, by, proof)
    with deps.database.begin() as tx:
        tx.own_templates.take_turns()
        if found.is_default and not offered:
            raise Refused(ErrorCode.TEMPLATE_DEFAULT)
        name = installed_name() if family_id == INSTALLED else found.name
        tx.own_templates.offer(family_id, name, offered=offered)
        _refuse_without_default(tx)
        event = Event.TEMPLATE_OFFERED if offered else Event.TEMPLATE_HIDDEN
        what = What.TEMPLATE_OFFERED if offered else What.TEMPLATE_HIDDEN
        _note_family(tx, event, what, found, by)
    return family(deps, family_id, by)


def alone_with(version: Version, by: Principal) -> bool:
    """Whether this is who imported the version."""
    return version.imported_by == _id(by)


def another_administrator(tx: Transaction, by: Principal) -> bool:
    return any(each.id != _id(by) for each in tx.accounts.with_role(Role.ADMIN))


def _id(by: Principal) -> str | None:
    return by.id if isinstance(by, Staff) else None


def _prove(deps: Deps, by: Principal, proof: Proof | None) -> None:
    if isinstance(by, Staff):
        must_prove(deps, by, proof or Proof(""))


def _refuse_without_default(tx: Transaction, family_id: str = "") -> None:
    """Raises Refused if the default family has no current version; or ``family_id``."""
    current = {each.family_id for each in tx.own_templates.current()}
    for each in tx.own_templates.families():
        wanted = each.is_default or each.id == family_id
        if each.id != INSTALLED and wanted and each.id not in current:
            raise Refused(ErrorCode.TEMPLATE_DEFAULT)


def _note_family(tx: Transaction, event: Event, what: What, found: Family, by: Principal) -> None:
    once = tx.audit.append(None, event, by, personal=by.with_name(template=found.name))
    said = Change(what, {"template": found.name})
    about = Matter.template(found.name)
    tell_of_change(tx, [said], about=about, by=by.name or PRODUCT, once=once)
