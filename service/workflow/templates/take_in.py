"""A Word file becomes a new version of a family, if there is no fault in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from service.agreement.changes import Change, Matter, What
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.pasted import clean
from service.agreement.permissions import Permission, Principal, Staff, require
from service.agreement.template_family import INSTALLED, LONGEST_NAME, Version
from service.agreement.template_version import TemplateVersion
from service.database.agreement.own_templates import NewVersion
from service.database.engine import Transaction
from service.deps import Deps
from service.documents.own import names
from service.documents.own.apart import NOT_EXAMINED, Ready, examine, make_ready
from service.documents.own.findings import STOPPING, Checked, Finding
from service.documents.own.prepare.changes import Prepared
from service.documents.own.typed import Typed, after_writing, find_again
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.texts import OURS, text
from service.workflow.offered import installed_name
from service.workflow.people.account_mail import tell_of_change
from service.workflow.tasks import TEMPLATE
from service.workflow.telling.notify import PRODUCT
from service.workflow.turns import NoTurn, Turns

NEW = ""  # instead of a family
ANSWER = "answer-"
"""Before the key of a finding, in the name of a field."""

LONGEST_ANSWER = 500
LONGEST_FILE_NAME = 200
PATIENCE_SECONDS = 10.0
_EXAMINING = Turns(1, 2)


@dataclass(frozen=True)
class TakenIn:
    """What was found, and the version made; None while there is a fault, or something wrong with
    its name (``errors``). ``ready`` is the file with what Zegel filled in, with what is still found
    in it; None if a person can only go on with it in Word.

    Of the words typed for an earlier file ``alike`` are those to look at again, by the key of their
    place in this file, ``gone`` those that have no place in it, and ``typed`` all the others."""

    found: Checked
    version: Version | None
    errors: tuple[FieldError, ...] = ()
    ready: Ready | None = None
    alike: Mapping[str, Typed] = field(default_factory=dict)
    gone: tuple[Typed, ...] = ()
    typed: tuple[Typed, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.found.findings


def take_in(
    deps: Deps,
    given: bytes,
    file_name: str,
    by: Principal,
    *,
    name: str,
    family_id: str = NEW,
    answers: Mapping[str, str] | None = None,
    typed: Sequence[Typed] = (),
) -> TakenIn:
    """Examine the file, and store it as the next version of a family, or the first of a new one
    called ``name``. The worker then makes a sample of it.

    A faulty file is not kept, but filled in as far as Zegel can, for the person to go on with: then
    ``given`` is that file, and ``answers`` are words for open places by the key of their finding.
    ``typed`` are words for such a file that was then changed in Word: those for the same sentence
    are written, and the file is not kept before somebody saw what became of the others.
    All mistakes are shown together. Raises Invalid naming ``name``, ``family``, ``file`` or an
    answer.
    """
    require(by, Permission.MANAGE_TEMPLATES)
    check = Checker()
    errors: tuple[FieldError, ...] = ()
    if not given:
        check.refuse("file", FieldCode.TEMPLATE_FILE)
    try:
        if family_id == NEW:
            name = check.line("name", name, most=LONGEST_NAME)
        check.raise_if_wrong()
        with deps.database.look() as tx:
            _family(tx, name, family_id)
    except Invalid as wrong_name:
        if not given or family_id != NEW:
            raise
        errors = tuple(wrong_name.errors)
    words = _words(answers or {each.finding.key: each.words for each in typed})
    typed = [replace(each, words=words[each.finding.key]) for each in typed]
    ours = {} if answers is not None else _own(deps)
    try:
        with _EXAMINING.turn(PATIENCE_SECONDS):
            if answers is not None:
                taken = _changed(given, words)
            else:
                taken = _with_typed(_new(given, ours), given, typed)
    except NoTurn as busy:
        raise Invalid([FieldError("file", FieldCode.TEMPLATE_BUSY)]) from busy
    taken = replace(taken, errors=errors)
    found, ready = taken.found, taken.ready
    if found.template is None or errors or taken.alike or taken.gone:
        return replace(taken, ready=ready or _as_given(found, given))
    if ready:
        given = ready.prepared.docx
    if ready and ready.prepared.changes:
        file_name = filled_name(file_name)
    file_name = clean(file_name.encode("utf-8", "replace").decode())[:LONGEST_FILE_NAME]
    with deps.database.begin() as tx:
        tx.own_templates.take_turns()
        own = _family(tx, name, family_id)
        if known := tx.own_templates.of_digest(found.template.sha256):
            wrong = FieldError("file", FieldCode.TEMPLATE_KNOWN, {"version": known.shown})
            raise Invalid([wrong])
        own = own or tx.own_templates.add_family(name) or ""
        stored = _store(tx, own, found, found.template, given, file_name, by)
    return TakenIn(found, stored)


def filled_name(file_name: str) -> str:
    """What a file is called once Zegel filled it in."""
    if file_name.endswith(text("templates.prepared_name", OURS, name="")):
        return file_name
    return text("templates.prepared_name", OURS, name=PurePath(file_name).stem)


def _changed(given: bytes, answers: Mapping[str, str]) -> TakenIn:
    """Of a file that was made ready before: what is found then is what counts."""
    if not any(answers.values()):
        found = examine(given)
        if found.template:
            return TakenIn(found, None)
    ready = make_ready(given, {}, answers)
    return TakenIn(ready.checked if ready else NOT_EXAMINED, None, ready=ready)


def _new(given: bytes, own: Mapping[str, str]) -> TakenIn:
    """What is found in a file, and what can be made of it."""
    found = examine(given)
    if found.template or any(each.code in STOPPING for each in found.findings):
        return TakenIn(found, None)
    ready = make_ready(given, own, {})
    if not ready or not (ready.prepared.changes or _can_be_asked(ready.checked)):
        ready = None
    return TakenIn(found, None, ready=ready)


def _can_be_asked(checked: Checked) -> bool:
    return any(each.answerable for each in checked.findings)


def _with_typed(taken: TakenIn, given: bytes, typed: Sequence[Typed]) -> TakenIn:
    """The same with the words that were typed for an earlier file."""
    ready = taken.ready or _as_given(taken.found, given)
    if not typed or not ready:
        return replace(taken, typed=tuple(typed))
    again = find_again(typed, ready.checked.findings)
    known = tuple(each for each in typed if each.written and each not in again.same.values())
    words = {key: each.words for key, each in again.same.items()}
    written = make_ready(ready.prepared.docx, {}, words) if words else None
    if not written:
        return replace(taken, alike={**again.same, **again.alike}, gone=again.gone, typed=known)
    again, done = after_writing(again, written.checked.findings)
    changes = (*ready.prepared.changes, *written.prepared.changes)
    # What Zegel itself did in the file was not seen before.
    found = taken.found if ready.prepared.changes else written.checked
    return TakenIn(
        found,
        None,
        ready=Ready(Prepared(written.prepared.docx, changes), written.checked),
        alike={**again.same, **again.alike},
        gone=again.gone,
        typed=(*known, *done),
    )


def _as_given(found: Checked, given: bytes) -> Ready | None:
    """A file in which nothing is to be done goes on as it is."""
    return Ready(Prepared(given, ()), found) if found.template else None


def _words(answers: Mapping[str, str]) -> dict[str, str]:
    """What was typed. Raises Invalid naming ``answer-`` and the key."""
    check = Checker()
    words = {
        key: check.line(f"{ANSWER}{key}", words, most=LONGEST_ANSWER, required=False)
        for key, words in answers.items()
    }
    check.raise_if_wrong()
    return words


def _own(deps: Deps) -> dict[str, str]:
    """The processor's data that a contract has as plain words."""
    with deps.database.look() as tx:
        newest = tx.profiles.newest()
    if newest is None:
        return {}
    processor = newest[1]
    values = (
        processor.name,
        processor.shown_number,
        processor.representative_name,
        processor.representative_function,
    )
    return dict(zip(names.OWN, values, strict=True))


def _family(tx: Transaction, name: str, family_id: str) -> str:
    """The id of the family, if it exists already. Raises Invalid."""
    own = [each for each in tx.own_templates.families() if each.id != INSTALLED]
    if family_id == NEW:
        taken = {each.name.casefold() for each in own} | {installed_name().casefold()}
        if name.casefold() in taken:
            raise Invalid([FieldError("name", FieldCode.TEMPLATE_NAME)])
    elif family_id not in {each.id for each in own}:
        raise Invalid([FieldError("family", FieldCode.CHOOSE)])
    return family_id


def _store(
    tx: Transaction,
    family_id: str,
    found: Checked,
    template: TemplateVersion,
    given: bytes,
    file_name: str,
    by: Principal,
) -> Version:
    number = tx.own_templates.next_number(family_id)
    version_id = tx.own_templates.add(
        NewVersion(
            family_id=family_id,
            given=given,
            file_name=file_name,
            template=template.numbered(number),
            title=found.title,
            places=found.places,
            printed=found.printed,
            findings=[each.as_json() for each in found.findings],
            imported_by=by.id if isinstance(by, Staff) else None,
        )
    )
    version = tx.own_templates.get(version_id)
    once = note(tx, Event.TEMPLATE_IMPORTED, version, by)
    tell(tx, What.TEMPLATE_IMPORTED, version, by, once)
    tx.jobs.defer(TEMPLATE, version_id=version_id)
    return version


def note(tx: Transaction, event: Event, version: Version, by: Principal, **data: bool) -> str:
    """An entry of the staff log about a version; returns its key."""
    return tx.audit.append(
        None,
        event,
        by,
        personal=by.with_name(template=version.name),
        number=version.number,
        template_sha256=version.sha256,
        **data,
    )


def tell(tx: Transaction, what: What, version: Version, by: Principal, once: str) -> None:
    """Mail all administrators."""
    said = Change(what, {"template": version.name, "number": str(version.number)})
    about = Matter.template(version.shown)
    tell_of_change(tx, [said], about=about, by=by.name or PRODUCT, once=once)
