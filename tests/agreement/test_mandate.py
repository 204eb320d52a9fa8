"""The rules of the standing mandate: one table, each row one deviation with its reason."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bakery import PROCESSOR
from sample_agreements import agreement

from service.agreement.accounts import Account
from service.agreement.annex import Annex, Item
from service.agreement.applying import SELF_STARTED, Known, SelfStarted
from service.agreement.mandate import Mandate, MandateEnd, Misfit, digest, standard_lines
from service.agreement.mandate_rules import Facts, misfits, waits_for_tomorrow
from service.agreement.mandate_text import Draft, parse_terms
from service.agreement.model import Agreement
from service.agreement.parties import Countersigner, parse_processor
from service.agreement.permissions import Role, Staff
from service.agreement.states import Order
from service.agreement.template_family import Choice
from service.error_words import words_by_field
from service.errors import Invalid
from service.texts import OURS

TODAY = date(2026, 3, 2)
GIVEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
SHA = hashlib.sha256(b"docx").hexdigest()
ELS = Staff("7b0e2c1a-0000-4000-8000-000000000001", "Els Maes", "els@it4.example", "Zaakvoerder",
            frozenset({Role.SIGNATORY}))  # fmt: skip
KNOWN = ("cloud_storage", "support")
FIELDS = {"until": "31/12/2026", "per_day": "2", "face": "swift"}


def draft(**changes: Any) -> Draft:
    terms = parse_terms(FIELDS, ["cloud_storage"], known=KNOWN, today=TODAY)
    values: dict[str, Any] = {
        "person": ELS,
        "function": "Zaakvoerder",
        "processor": parse_processor(PROCESSOR),
        "templates": (Choice("zegel", "Zegel", "1.0", SHA, is_default=True),),
        "terms": terms,
        "lines": standard_lines(terms.services, None),
        "language": OURS,
    }
    return Draft(**{**values, **changes})


def given(**changes: Any) -> Mandate:
    content = draft().content("1", 3, GIVEN, {"ip": "", "user_agent": ""}, "0" * 32)
    found = Mandate("1", 3, ELS.id, GIVEN, content, digest(content))
    return dataclasses.replace(found, **changes)


def item(code: str, label: str, *, name: Any = "personal_data", flag: str = "") -> Item:
    return Item(name, label, code, flag)


NAME, CUSTOMERS = (
    item("name", "Naam en voornaam"),
    item("customers", "Klanten", name="data_subjects"),
)


def plain(**changes: Any) -> Agreement:
    """What fits."""
    return dataclasses.replace(
        agreement(),
        **{
            "order": Order.CONTROLLER_FIRST,
            "processor": parse_processor(PROCESSOR),
            "services": ("cloud_storage",),
            "annex": Annex((NAME, CUSTOMERS), "no"),
            "countersigner": Countersigner.of(ELS),
            "template_sha256": SHA,
            **changes,
        },
    )


def facts(changed: Agreement | None = None, **changes: Any) -> Facts:
    values: dict[str, Any] = {
        "agreement": changed or plain(),
        "flags": (),
        "account": Account(ELS, "", active=True),
        "printed": "Els Maes",
        "function": "Zaakvoerder",
        "template_sha256": SHA,
        "signed_at": GIVEN + timedelta(hours=1),
        "unanswered": False,
        "today": TODAY,
        "signed_today": 1,
    }
    return Facts(**{**values, **changes})


def with_line(line: Item) -> Facts:
    return facts(plain(annex=Annex((NAME, CUSTOMERS, line), "no")))


def without_role() -> Account:
    return Account(dataclasses.replace(ELS, roles=frozenset({Role.SALES})), "", active=True)


CONTROLLER = agreement().controller
START = SelfStarted(Known.SAME, 1, CONTROLLER.number, "")
DEVIATIONS: list[tuple[Callable[[], Facts], Misfit]] = [
    (lambda: facts(today=date(2027, 1, 1)), Misfit.EXPIRED),
    (lambda: facts(signed_today=2), Misfit.LIMIT),
    (lambda: facts(signed_at=GIVEN - timedelta(seconds=1)), Misfit.SIGNED_BEFORE),
    (lambda: facts(account=None), Misfit.ACCOUNT),
    (lambda: facts(account=Account(ELS, "", active=False)), Misfit.ACCOUNT),
    (lambda: facts(account=without_role()), Misfit.ACCOUNT),
    (
        lambda: facts(account=Account(dataclasses.replace(ELS, name="Els Claes"), "", active=True)),
        Misfit.RENAMED,
    ),
    (lambda: facts(printed="Els Claes"), Misfit.RENAMED),
    (
        lambda: facts(plain(countersigner=Countersigner("other", "Tom", ""))),
        Misfit.OTHER_SIGNATORY,
    ),
    (lambda: facts(plain(countersigner=None)), Misfit.OTHER_SIGNATORY),
    (
        lambda: facts(plain(processor=parse_processor({**PROCESSOR, "name": "Anders NV"}))),
        Misfit.OTHER_PROCESSOR,
    ),
    (lambda: facts(plain(order=Order.PROCESSOR_FIRST)), Misfit.ORDER),
    (lambda: facts(signed_at=None), Misfit.ORDER),
    (lambda: facts(plain(template_sha256="0" * 64)), Misfit.TEMPLATE),
    (lambda: facts(plain(template_sha256="")), Misfit.TEMPLATE),
    (lambda: facts(template_sha256="0" * 64), Misfit.TEMPLATE),
    (lambda: facts(plain(services=("cloud_storage", "support"))), Misfit.SERVICES),
    (lambda: facts(plain(services=(), annex=Annex((), "no"))), Misfit.SERVICES),
    (lambda: with_line(item("", "Allergieën", flag="own")), Misfit.OWN_WORDS),
    (lambda: with_line(item("", "Allergieën")), Misfit.OWN_WORDS),
    (lambda: with_line(item("health", "Gezondheid", flag="special")), Misfit.SENSITIVE),
    (lambda: with_line(item("criminal", "Straf", flag="criminal")), Misfit.SENSITIVE),
    (lambda: with_line(item("national_number", "Nr", flag="national_number")), Misfit.SENSITIVE),
    (lambda: with_line(item("minors", "Minderjarigen", flag="minors")), Misfit.SENSITIVE),
    (lambda: with_line(item("location", "Locatiegegevens")), Misfit.NOT_STANDARD),
    (lambda: with_line(item("contact", "Iets anders")), Misfit.NOT_STANDARD),
    (lambda: facts(flags=("organisation_changed",)), Misfit.ORGANISATION_CHANGED),
    (lambda: facts(flags=("delegated",)), Misfit.DELEGATED),
    (lambda: facts(flags=("copied_link",)), Misfit.COPIED_LINK),
    (lambda: facts(flags=("public_or_informal",)), Misfit.NOT_A_BUSINESS),
    (lambda: facts(flags=("something_new",)), Misfit.FLAGGED),
    (
        lambda: facts(plain(controller=dataclasses.replace(CONTROLLER, kind="natural_person"))),
        Misfit.NOT_A_BUSINESS,
    ),
    (lambda: facts(unanswered=True), Misfit.QUESTION),
    (lambda: facts(flags=(SELF_STARTED,)), Misfit.SELF_STARTED),
    (lambda: facts(start=START), Misfit.SELF_STARTED),
]

ALONE: list[tuple[Facts, tuple[Misfit, ...]]] = [
    (facts(flags=(SELF_STARTED,), start=START), ()),
    *(
        (facts(start=dataclasses.replace(START, known=known)), (Misfit.NOT_ON_A_LIST,))
        for known in (Known.DIFFERENT, Known.UNKNOWN, Known.UNCHECKED)
    ),
    (facts(start=dataclasses.replace(START, number="0863643458")), (Misfit.NOT_ON_A_LIST,)),
    (facts(start=START, other_agreement=True), (Misfit.OTHER_AGREEMENT,)),
]


@pytest.mark.parametrize(("found", "why"), ALONE)
def test_who_began_alone_fits_only_as_the_list_says(found: Facts, why: tuple[Misfit, ...]) -> None:
    wanted = draft(terms=dataclasses.replace(draft().terms, self_started=True))
    content = wanted.content("1", 3, GIVEN, {}, "0" * 32)
    assert misfits(given(content=content), found) == why
    assert "zelf begonnen" in "".join(wanted.conditions)
    former = {name: value for name, value in content.items() if name != "self_started"}
    assert Misfit.SELF_STARTED in misfits(given(content=former), found)


def test_what_deviates_in_nothing_fits() -> None:
    assert misfits(given(), facts()) == ()
    assert misfits(given(), facts(today=date(2026, 12, 31), signed_today=0)) == ()


@pytest.mark.parametrize("deviation", range(len(DEVIATIONS)))
def test_each_deviation_is_refused_for_its_reason(deviation: int) -> None:
    made, reason = DEVIATIONS[deviation]
    assert misfits(given(), made()) == (reason,)


def test_an_ended_mandate_fits_nothing() -> None:
    for end in (each for each in MandateEnd if each is not MandateEnd.NOT):
        assert misfits(given(ended=end), facts()) == (Misfit.ENDED,)


def test_only_the_number_of_a_day_is_tried_again() -> None:
    former = {name: value for name, value in given().content.items() if name != "tries_again"}
    limit, last = (Misfit.LIMIT,), date(2026, 12, 31)
    assert waits_for_tomorrow(given(), limit, TODAY)
    assert not waits_for_tomorrow(given(), (*limit, Misfit.QUESTION), TODAY)
    assert not waits_for_tomorrow(given(), (), TODAY)
    assert not waits_for_tomorrow(given(), limit, last)
    assert not waits_for_tomorrow(given(content=former), limit, TODAY)  # it does not say so
    assert "de volgende dag opnieuw" in given().closing[1]


def test_every_rule_is_in_the_table() -> None:
    tried = {reason for _, reason in DEVIATIONS}
    alone = {Misfit.NOT_ON_A_LIST, Misfit.OTHER_AGREEMENT}
    assert set(Misfit) - tried - alone == {Misfit.ENDED, Misfit.FAILED, Misfit.TOMORROW}


def test_the_lines_of_a_service_do_not_serve_another() -> None:
    both = parse_terms(FIELDS, KNOWN, known=KNOWN, today=TODAY)
    wanted = draft(terms=both, lines=standard_lines(both.services, None))
    content = wanted.content("1", 3, GIVEN, {}, "0" * 32)
    wide = given(content=content)
    letters = item("correspondence", "Berichten en correspondentie")  # of support
    annex = Annex((NAME, CUSTOMERS, letters), "no")
    assert misfits(wide, facts(plain(annex=annex))) == (Misfit.NOT_STANDARD,)
    assert misfits(wide, facts(plain(annex=annex, services=KNOWN))) == ()


def test_flagged_suggestions_are_never_allowed() -> None:
    own = {"cloud_storage": {"personal_data": ["name", "health"], "data_subjects": ["minors"]}}
    lines = standard_lines(["cloud_storage"], own)  # type: ignore[arg-type]
    assert lines == {
        "cloud_storage": {"personal_data": [("name", "Naam en voornaam")], "data_subjects": []}
    }


def test_the_text_says_every_term() -> None:
    said = "\n".join(draft().text)
    for each in (
        "Els Maes",
        SHA,
        "Cloudopslag",
        "Naam en voornaam",
        "31 december 2026",
        "minder dan 2 overeenkomsten",
        "Christophe Zenner (IT4Professionals)",
    ):
        assert each in said, each
    assert draft().sha256 != draft(function="Directeur").sha256


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"until": ""}, "until"),
        ({"until": "1/3/2026"}, "until"),
        ({"until": "1/1/2028"}, "until"),
        ({"per_day": "0"}, "per_day"),
        ({"per_day": "1001"}, "per_day"),
        ({"per_day": "veel"}, "per_day"),
    ],
)
def test_what_cannot_be_a_term_is_refused(fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_terms({**FIELDS, **fields}, ["cloud_storage"], known=KNOWN, today=TODAY)
    assert list(words_by_field(refused.value)) == [wrong]
    with pytest.raises(Invalid) as refused:
        parse_terms(FIELDS, ["unknown"], known=KNOWN, today=TODAY)
    assert list(words_by_field(refused.value)) == ["services"]
