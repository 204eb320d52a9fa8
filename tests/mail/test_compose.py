"""Every mail in both forms: complete, escaped, accessible, and without external content."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from jinja2 import meta, nodes

from service.agreement.look import INTRODUCED_AS
from service.mail.compose import (
    ABOUT,
    COMMON,
    MAIL_KINDS,
    OF_THE_LOOK,
    ComposedMail,
    environment,
)
from service.mail.compose import compose as compose_in
from service.mail.errors import MailInvalid
from service.texts import OURS, folder, table

TEMPLATES = folder(OURS, "mail")
every_kind = pytest.mark.parametrize("kind", sorted(MAIL_KINDS))
FORMS = ("subject.txt", "text.txt", "html.html")
# The essential values of each kind: they must be in both forms.
ESSENTIAL = {
    "invitation": ("link", "valid_until", "sender_name"),
    "link_renewed": ("link", "valid_until"),
    "reminder": ("link", "valid_until"),
    "code": ("code",),
    "bundle_invitation": ("link", "sender_name"),
    "bundle_reminder": ("link", "sender_name"),
    "bundle_code": ("code",),
    "bundle_voided": ("reason",),
    "bundle_expired": ("link",),
    "application_code": ("code",),
    "requested": ("link", "valid_until"),
    "undeliverable": ("recipient", "words", "link", "mail"),
    "receipt": ("signed_at",),
    "countersign": ("link", "signer_name", "signer_function", "signed_at"),
    "countersign_digest": ("link", "count", "waiting"),
    "completed": ("link", "verify_link", "effective_date"),
    "declined": ("reason", "declined_at", "link"),
    "decline_confirmed": ("declined_at",),
    "voided": ("reason",),
    "expired": ("expired_on", "link"),
    "delegated_confirmed": ("to_name", "to_email", "delegated_at"),
    "delegated_notice": ("to_name", "to_email", "link"),
    "taken_over": ("by_name", "link"),
    "handed_over": ("by_name", "from_name", "link"),
    "many_handed_over": ("by_name", "count", "link"),
    "question": ("question", "from_email", "link"),
    "question_answered": ("from_name", "question", "answer", "link", "valid_until"),
    "returned": ("from_name", "question", "link"),
    "return_answered": ("from_name", "question", "answer", "link"),
    "new_link_requested": ("signer_name", "link"),
    "generation_failed": ("reason", "link"),
    "alarm": ("what", "since", "reason", "link"),
    "staff_invitation": ("link", "valid_until", "by_name", "email"),
    "password_link": ("link", "valid_until"),
    "unlock_link": ("link", "valid_until"),
    "account_changed": ("about_name", "by_name", "changed_at", "link"),
    "role_asked": ("about_name", "roles", "by_name", "link"),
    "bulk_halted": ("what", "started_by", "reason", "left", "link"),
    "import_ended": ("list_name", "made", "sent", "problems", "link"),
}
UNNAMED = {"application_code"}  # nothing that a stranger typed is in it
ABOUT_AN_AGREEMENT = {kind for kind, needed in MAIL_KINDS.items() if needed >= ABOUT}


def compose(kind: str, values: dict[str, object]) -> ComposedMail:
    """The mail in Dutch."""
    return compose_in(kind, values, OURS)


class Reader(HTMLParser):
    """What a mail program sees, and whether every element is closed in order."""

    void = frozenset({"meta", "br", "img", "link", "hr", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.void:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def as_one_line(words: str) -> str:
    return re.sub(r"[>\s\xa0]+", " ", words)


@every_kind
def test_it_works(kind: str, values: dict[str, object]) -> None:
    mail = compose(kind, values)
    assert mail.subject == mail.subject.strip() != ""
    seen = as_one_line(Reader(mail.html).words)
    for form in (as_one_line(mail.text), seen):
        assert ("Goedendag," if kind in UNNAMED else "Beste Ann Peeters,") in form
        mark = " Kenmerk VO-2026-00042." if kind in ABOUT_AN_AGREEMENT else ""
        assert form.strip().endswith(f"Vragen? Mail info@example.be of bel +32 9 234 56 78.{mark}")
        assert "IT4Professionals" in form
        for name in ESSENTIAL[kind]:
            if name in ("verify_link",) and form is seen:
                continue  # other text precedes it there
            assert as_one_line(str(values[name])) in form, name


@every_kind
def test_every_missing_value_is_named(kind: str, values: dict[str, object]) -> None:
    for name in MAIL_KINDS[kind]:
        with pytest.raises(KeyError, match=name):
            compose(kind, {key: value for key, value in values.items() if key != name})


@every_kind
def test_the_declared_values_are_those_the_templates_use(kind: str) -> None:
    used: set[str] = set()
    for form in FORMS:
        used |= variables(f"{kind}/{form}")
    assert used - OF_THE_LOOK == MAIL_KINDS[kind]


def variables(name: str) -> set[str]:
    """Every value used by a template and the layout it extends."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    tree = environment(OURS).parse(source)
    imported = {name for tag in tree.find_all(nodes.FromImport) for name in tag.names}
    found = set(meta.find_undeclared_variables(tree)) - {"self"} - imported
    for extends in tree.find_all(nodes.Extends):
        assert isinstance(extends.template, nodes.Const)
        found |= variables(extends.template.value)
    return found


@every_kind
def test_what_may_be_empty_leaves_no_trace(kind: str, values: dict[str, object]) -> None:
    optional = ("message", "delegated_by", "explanation", "to_function", "verify_link")
    if kind in (
        "completed",
        "declined",
        "expired",
        "bundle_expired",
        "delegated_notice",
        "question",
        "question_answered",
        "returned",
        "return_answered",
    ):
        optional = (*optional, "link")
    if kind in ("voided", "bundle_voided"):
        optional = (*optional, "reason")
    empty = values | dict.fromkeys(optional) | {"flags": [], "contact_phone": None}
    mail = compose(kind, empty | {"attached": False, "pre_signed": True})
    assert "None" not in mail.subject + mail.text + mail.html
    assert "\n\n\n" not in mail.text
    mark = " Kenmerk" if kind in ABOUT_AN_AGREEMENT else ""
    assert f"Mail info@example.be.{mark}" in as_one_line(mail.text)
    assert "tel:" not in mail.html
    Reader(mail.html)


@every_kind
def test_nothing_comes_from_outside(kind: str, values: dict[str, object]) -> None:
    mail = compose(kind, values)
    reader = Reader(mail.html)
    ours = {values["link"], values["verify_link"], "tel:+3292345678"}
    for tag, attributes in reader.elements:
        assert tag not in ("img", "link", "script", "style", "iframe", "form", "object", "video")
        assert not attributes.keys() & {"src", "srcset", "background"}
        assert "url(" not in (attributes.get("style") or "")
        if tag == "a":
            href = attributes["href"] or ""
            assert href in ours or href.startswith("mailto:")
            assert "?" not in href


@every_kind
def test_it_can_be_read_by_everyone(kind: str, values: dict[str, object]) -> None:
    reader = Reader(compose(kind, values).html)
    tags = [tag for tag, _attributes in reader.elements]
    assert dict(reader.elements)["html"]["lang"] == "nl"
    assert tags.count("h1") == 1
    assert tags.count("title") == 1
    for tag, attributes in reader.elements:
        if tag == "table" and attributes.get("role") != "presentation":
            assert "th" in tags
        style = attributes.get("style") or ""
        if "background-color" in style and tag in ("td", "th", "a"):
            assert re.search(r"(?<![-\w])color:", style), style  # never one without the other


@every_kind
def test_what_people_typed_stays_text(kind: str, values: dict[str, object]) -> None:
    typed = "<img src=x onerror=a()> {{ 7*7 }} {% raw %}"
    hostile = {
        name: typed if isinstance(value, str) and name not in ("link", "verify_link") else value
        for name, value in values.items()
    } | {"flags": [typed]}
    mail = compose(kind, hostile)
    assert not any(tag == "img" for tag, _ in Reader(mail.html).elements)
    assert "{{ 7*7 }} {% raw %}" in mail.text
    assert "49" not in mail.text
    assert typed in mail.text  # as typed, not escaped


@pytest.mark.parametrize(
    "kind",
    [
        *sorted(ABOUT_AN_AGREEMENT - {"code", "receipt"}),
        "staff_invitation",
        "account_changed",
        "role_asked",
        "import_ended",
        "bulk_halted",
    ],
)
def test_a_line_break_never_reaches_a_subject(kind: str, values: dict[str, object]) -> None:
    broken = {
        name: value + "\r\nBcc: x@example.be" if isinstance(value, str) else value
        for name, value in values.items()
    }
    try:
        subject = compose(kind, broken).subject
    except MailInvalid:
        return
    assert "\n" not in subject
    assert "Bcc" not in subject


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        ("sign", "te ondertekenen. De code werkt"),
        ("delegate", "door te sturen naar een collega, die dan in uw plaats ondertekent."),
        ("open", "uw ondertekende verwerkersovereenkomst"),
    ],
)
def test_a_code_says_what_it_is_for(purpose: str, words: str, values: dict[str, object]) -> None:
    mail = compose("code", values | {"purpose": purpose})
    for form in (mail.text, Reader(mail.html).words):
        assert words in as_one_line(form)
        assert "Dan gebruikt iemand anders uw link." in as_one_line(form)


@pytest.mark.parametrize("kind", sorted(INTRODUCED_AS))
def test_a_mail_about_several_names_each(kind: str, values: dict[str, object]) -> None:
    mail = compose(kind, values)
    for form in (mail.text, Reader(mail.html).words):
        assert "Slagerij <Maes>" in form
        assert "Optiek Claes" in form
        assert ("3 april 2026" in form) is (kind not in ("bundle_code", "bundle_voided"))


def test_whoever_signed_some_of_them_reads_about_both(values: dict[str, object]) -> None:
    theirs = compose("bundle_expired", values)
    ours = compose("bundle_expired", values | {"for_staff": True})
    for form in (theirs.text, Reader(theirs.html).words):
        assert "Optiek Claes: liep af op 3 april 2026, u had al ondertekend" in as_one_line(form)
        assert "Wilt u toch nog ondertekenen?" in form
        assert "Waar u al ondertekende, had IT4Professionals dat nog niet gedaan." in form
    for form in (ours.text, Reader(ours.html).words):
        assert "(VO-2026-00043): liep af op 1 april 2026" in as_one_line(form)
        assert "Optiek Claes (VO-2026-00044): liep af op 3 april 2026, had al" in as_one_line(form)
        assert "toch nog" not in form


def test_a_list_that_paused_says_which_and_that_it_can_go_on(values: dict[str, object]) -> None:
    mail = compose("bulk_halted", values | {"what": "", "left": 1})
    assert mail.subject == "Gepauzeerd: klanten.xlsx"
    for form in (mail.text, Reader(mail.html).words):
        assert "klanten.xlsx" in form
        assert "tot iemand hem hervat; 1 rij moet nog." in as_one_line(form)


def test_who_was_passed_over_reads_what_to_do(values: dict[str, object]) -> None:
    mail = compose("delegated_confirmed", values)
    for form in (mail.text, Reader(mail.html).words):
        assert "Hebt u dit niet zelf gedaan? Antwoord dan meteen" in as_one_line(form)


@pytest.mark.parametrize("proved", [True, False])
def test_a_refusal_without_a_proved_mailbox_says_so(
    proved: bool, values: dict[str, object]
) -> None:
    mail = compose("declined", values | {"mailbox_proved": proved})
    for form in (mail.text, Reader(mail.html).words):
        assert ("niet bevestigd met een code" in as_one_line(form)) is not proved


def test_a_delegated_invitation_says_by_whom(values: dict[str, object]) -> None:
    mail = compose("invitation", values | {"delegated_by": "Jan Claes"})
    assert mail.subject == "Jan Claes vraagt u een verwerkersovereenkomst te ondertekenen"
    assert "Jan Claes gaf aan dat u Jansen & Zn <test> BVBA kunt vertegenwoordigen." in mail.text
    assert "Jansen &amp; Zn &lt;test&gt; BVBA" in mail.html


def test_a_pre_signed_invitation_says_so_and_asks_for_nothing(values: dict[str, object]) -> None:
    mail = compose("invitation", values | {"pre_signed": True})
    for form in (mail.text, mail.html):
        assert "heeft al ondertekend" in form
        assert "Dit hebt u nodig" not in form


def test_a_code_stands_in_the_subject_and_no_link_beside_it(values: dict[str, object]) -> None:
    mail = compose("code", values)
    assert mail.subject == "Uw code om te ondertekenen: 482915"
    assert "https://" not in mail.text + mail.html


def test_a_quoted_message_keeps_its_lines(values: dict[str, object]) -> None:
    mail = compose("invitation", values)
    assert "> Dag Ann,\n> zoals <b>besproken</b>.\n" in mail.text
    assert "Dag Ann,<br>zoals &lt;b&gt;besproken&lt;/b&gt;." in mail.html


def test_an_unknown_kind_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        compose("nieuwsbrief", values)


def test_kinds_folders_and_names_agree() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert folders == set(MAIL_KINDS) == set(ESSENTIAL)
    for kind in folders:
        assert {path.name for path in (TEMPLATES / kind).iterdir()} == set(FORMS)
    assert set(MAIL_KINDS) <= table("message_kinds", OURS).keys()
    assert all(needed >= COMMON for needed in MAIL_KINDS.values())


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("password_link", {"asked": True, "by_name": ""}, "zonder deze link verandert er niets"),
        ("password_link", {"asked": False}, "Vroeg u dit niet?"),
        ("unlock_link", {"asked": True}, "U vroeg een link"),
        ("unlock_link", {"asked": False}, "hoogstens één keer per dag"),
        ("account_changed", {"own": True}, "Bel meteen een beheerder, en wijzig uw wachtwoord"),
        ("account_changed", {"own": False}, "Bel meteen Els Maes."),
    ],
)
def test_a_mail_about_an_account_says_what_to_do(
    kind: str, change: dict[str, object], words: str, values: dict[str, object]
) -> None:
    mail = compose(kind, values | {"by_name": "Els Maes"} | change)
    for form in (mail.text, Reader(mail.html).words):
        assert words in as_one_line(form)
