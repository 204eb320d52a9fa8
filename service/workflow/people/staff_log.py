"""The staff log: the hash-chained log of changes, joined with the frequent events outside it,
counted per hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.agreement import browsers
from service.agreement.activity import PAGE, Activity, Line, Wanted
from service.agreement.deadlines import show_month
from service.agreement.events import Event, in_words
from service.agreement.facets import ANY
from service.agreement.permissions import OPERATOR, SYSTEM, Permission, Staff, require
from service.agreement.sentences import role_names
from service.database.engine import Transaction
from service.deps import Deps
from service.texts import Language, text
from service.texts import named as in_catalogue
from service.workflow.actors import Client

GROUPS: Mapping[str, tuple[str, ...]] = {
    "sign_in": (
        Event.STAFF_SIGNED_IN,
        Event.STAFF_LOCKED,
        Event.STAFF_BROWSER_KNOWN,
        Event.STAFF_SESSIONS_ENDED,
        Activity.SIGN_IN_FAILED,
        Activity.LINK_ASKED,
    ),
    "accounts": (
        Event.STAFF_CREATED,
        Event.STAFF_CHANGED,
        Event.STAFF_LINK_SENT,
        Event.STAFF_PASSWORD,
        Event.STAFF_ROLE_ASKED,
        Event.STAFF_ROLE_GRANTED,
        Event.STAFF_ROLE_REFUSED,
        Event.STAFF_ROLE_WITHDRAWN,
    ),
    "viewed": (
        Activity.DOSSIER_VIEWED,
        Activity.TEXT_VIEWED,
        Activity.FILE_FETCHED,
        Event.ARCHIVE_EXPORTED,
        Event.LIST_EXPORTED,
        Activity.LOG_READ,
    ),
    "refused": (Activity.REFUSED,),
    "mandates": (Event.MANDATE_GIVEN, Event.MANDATE_REVOKED, Event.MANDATE_ENDED),
    "templates": (
        Event.TEMPLATE_IMPORTED,
        Event.TEMPLATE_PUBLISHED,
        Event.TEMPLATE_WITHDRAWN,
        Event.TEMPLATE_REMOVED,
        Event.TEMPLATE_PREFERRED,
        Event.TEMPLATE_OFFERED,
        Event.TEMPLATE_HIDDEN,
    ),
    "profile": (
        Event.PROFILE_CHANGED,
        Event.PROFILE_LOGO_CHANGED,
        Event.PROFILE_LOOK_CHANGED,
    ),
    "imports": (
        Event.BATCH_BEGUN,
        Event.IMPORT_BEGUN,
        Event.IMPORT_STARTED,
        Event.IMPORT_PAUSED,
        Event.IMPORT_RESUMED,
        Event.IMPORT_STOPPED,
        Event.IMPORT_FINISHED,
    ),
    "service": (Event.LOG_ANCHORED, Event.ARCHIVE_PROBED),
}


@dataclass(frozen=True)
class LogLine:
    """One displayed line. ``at`` is aware UTC: the last time if there were several."""

    at: datetime
    who: str
    sentence: str
    details: list[str]


@dataclass(frozen=True)
class LogPage:
    """``next`` is the cursor of the next page, empty at the end. ``people`` are pairs of id and
    name for the filter."""

    lines: list[LogLine]
    people: list[tuple[str, str]]
    next: str


def read(deps: Deps, wanted: Wanted, by: Staff) -> LogPage:
    """A page of the staff log, newest first. Reading it is logged too."""
    require(by, Permission.READ_STAFF_LOG)
    with deps.database.begin() as tx:
        lines = tx.activity.read(wanted, limit=PAGE + 1)
        tx.activity.note(Activity.LOG_READ, by.id)
        names = {each.person.id: each.person.name for each in tx.accounts.everyone()}
        more = len(lines) > PAGE
        lines = lines[:PAGE]
        known = _Known(names, *_templates(tx, lines))
    return LogPage(
        [_for_people(line, known, by.language) for line in lines],
        sorted(names.items(), key=lambda each: each[1].casefold()),
        lines[-1].cursor if more else "",
    )


@dataclass(frozen=True)
class _Known:
    """Names for a page's lines: people by id, templates by SHA-256, those of a mandate by its
    number."""

    people: Mapping[str, str]
    templates: Mapping[str, str]
    mandates: Mapping[int, Sequence[tuple[str, str]]]

    def of_mandate(self, number: int) -> str:
        """The templates of a mandate; the record of one from the archive has only the version."""
        named = (self.templates.get(sha256) or v for sha256, v in self.mandates.get(number, ()))
        return ", ".join(named)


def _templates(
    tx: Transaction, lines: Sequence[Line]
) -> tuple[dict[str, str], dict[int, list[tuple[str, str]]]]:
    """The templates and mandates of these lines; nothing is looked up if they name none."""
    numbers = {_number(each) for each in lines if each.kind in GROUPS["mandates"]}
    filtered = any("template" in each.data.get("filter", {}) for each in lines)
    of_mandates = tx.mandates.templates_of(numbers) if numbers else {}
    return dict(tx.templates.versions()) if numbers or filtered else {}, of_mandates


def _number(of_mandate: Line) -> int:
    return int(of_mandate.data.get("number", 0))


def note_refusal(deps: Deps, staff: Staff, what: str, client: Client) -> None:
    """Log an attempt that a person's roles do not allow; ``what`` names the page."""
    with deps.database.begin() as tx:
        tx.activity.note(Activity.REFUSED, staff.id, what, client=client.personal())


def _for_people(line: Line, known: _Known, language: Language) -> LogLine:
    return LogLine(
        line.at,
        _who(line.actor, known.people, language),
        _sentence(line, language),
        _details(line, known, language),
    )


def _who(actor: str, names: Mapping[str, str], language: Language) -> str:
    if actor == SYSTEM.actor:
        return text("staff.log.who.system", language)
    if actor == OPERATOR.actor:
        return text("labels.operator", language)
    if not actor:
        return text("staff.log.who.stranger", language)
    return names.get(actor.partition(":")[2]) or text("staff.log.who.gone", language)


# Filters whose values have names in a catalogue.
_NAMED = {
    "state": "states.agreement",
    "group": "staff.group",
    "service": "service_names",
    "flag": "labels.flag",
    "country": "countries",
    "stage": "staff.stage",
    "cover": "bulk.cover",
    "origin": "labels.origin",
}


def _sentence(line: Line, language: Language) -> str:
    if line.source == "chain":
        known = {**line.personal, **line.data}
        return in_words(line.kind, known, language, erased=not line.personal)
    subject = line.subject
    if line.kind == Activity.LINK_ASKED:
        subject = text(f"staff.log.link.{subject}", language)
    return text(f"staff.log.what.{line.kind}", language, subject=subject)


def _details(line: Line, known: _Known, language: Language) -> list[str]:
    data, names = line.data, known.people
    said = []
    if data.get("staff"):
        name = names.get(data["staff"]) or text("staff.log.who.gone", language)
        said.append(text("staff.log.detail.about", language, name=name))
    if "roles" in data:
        roles = role_names(data["roles"], language)
        said.append(
            text(
                "staff.log.detail.roles",
                language,
                roles=roles or text("staff.log.detail.none", language),
            )
        )
    if data.get("active") is False:
        said.append(text("staff.log.detail.blocked", language))
    if data.get("alone"):
        said.append(text("staff.log.detail.alone", language))
    if data.get("purpose"):
        purpose = text(f"staff.log.link.{data['purpose']}", language)
        said.append(text("staff.log.detail.purpose", language, purpose=purpose))
    if data.get("how"):
        said.append(
            text(
                "staff.log.detail.how", language, how=text(f"staff.log.how.{data['how']}", language)
            )
        )
    if line.kind in GROUPS["mandates"] and (named := known.of_mandate(_number(line))):
        said.append(text("staff.log.detail.templates", language, named=named))
    said += [
        text(f"labels.filter.{name}", language, value=_value(name, value, known, language))
        for name, value in data.get("filter", {}).items()
    ]
    if line.personal.get("words"):
        said.append(text("labels.filter.words", language, value=line.personal["words"]))
    if line.times > 1:
        said.append(text("staff.log.detail.times", language, times=line.times))
    return said + _client(line.personal, language)


def _value(name: str, value: str, known: _Known, language: Language) -> str:
    if name == "owner":
        return known.people.get(value) or text("staff.log.who.gone", language)
    if name == "template":
        return known.templates.get(value) or value
    if name == "sent":
        return text("staff.sent.any", language) if value == ANY else show_month(value, language)
    if name in _NAMED:
        return in_catalogue(_NAMED[name], value, language)
    return value


def _client(personal: Mapping[str, Any], language: Language) -> list[str]:
    if not personal.get("ip"):
        return []
    browser = browsers.in_words(str(personal.get("user_agent", "")), language)
    return [text("staff.log.detail.client", language, browser=browser, ip=personal["ip"])]
