"""Whatever a form accepts, the close can print.

Each example feeds every form at once: headers, names, addresses, numbers, lists, messages and
questions, at their limits and beyond, in any script. Refusals must name the field, which is then
entered again in plain text. What was accepted must complete, and verify.

``DOORS`` is the number of agreements completed; ``make doors`` completes 200.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from bakery import DETAILS, PROCESSOR, SALES
from colleagues import proof_of
from flask import Flask
from house import EVERYBODY, House
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.agreement.drafting import Input
from service.agreement.states import State
from service.error_words import words_by_field
from service.errors import Invalid
from service.web.context import client
from service.workflow.actors import Client
from service.workflow.keeping import archive, reread
from service.workflow.offer import create, generate, send
from service.workflow.people import profile
from service.workflow.people import staff as people
from service.workflow.sealing import close, seal
from service.workflow.signing import ask as asking
from service.workflow.signing import complete

EXAMPLES = int(os.environ.get("DOORS", "2"))
# The parts of each value; first the widest character and the longest printed character.
PIECES = (
    "W",
    "Wé ",
    "{{ x }} {% y %} ",
    "Handtekeningveld [H1] [Z1] ",
    "&<>\"'’`\\%$#@ ",
    "Ғ Ω Љ Ǆ ǲ ﬁ ҂ ҉ ",
    "e\u0301a\u0308q\u0303 ",
    "i\u0307\u0323 ẞ İ ı ",
    "€ ½ ² № ™ ‰ – — ‑ … ",
    "\u00a0\u2003\u202f",
    "陳 大 文 ",
    "🙂 👩‍💼 ",
    "עברית العربية ",
    "\u200b\u200d\ufeff\u00ad",
    "\u202e\u2066",
    "\x00\x07\x1b\r\n\t",
    "\ud800",
    " ",
    "",
)
LIMITS = {
    "legal_form": 60,
    "city": 100,
    "postcode": 12,
    "number": 40,
    "main_reference": 60,
    "message": 2000,
    "question": 2000,
    "signatory_function": 100,
    "representative_function": 100,
    "function": 100,
}
EMAILS = (
    f"{'a' * 64}@{'b' * 63}.{'c' * 60}.be",
    "o'brien+dpo@münchen.de",
    "jân@peeters.be",
    "o’brien@peeters.be",
    "面包店@peeters.be",
    "info@面包店.be",
    '"quoted name"@peeters.be',
    "an@peeters",
    "",
)
FORWARDED = ("", "unknown", "_hidden", "203.0.113.7:51234", "[2001:db8::1]:443", "[", "é\x00")
AGENTS = (None, "", "x" * 10_000, "\x00\x1b\xff\xfe", "Ω\u202e🙂".encode().decode("latin-1"))


def words(name: str) -> st.SearchStrategy[str]:
    """A value for a field: up to, at, or above its limit."""
    most = LIMITS.get(name, 200)
    lengths = st.sampled_from((most, most - 1, most + 1, 2, 1, 10 * most))
    piece = st.sampled_from(PIECES)
    return st.builds(lambda a, b, n: ((a + b) * n)[:n], piece, piece, lengths)


def fields(plain: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A value for every field of a form."""
    given: dict[str, st.SearchStrategy[Any]] = {}
    for name, value in plain.items():
        if "email" in name:
            given[name] = st.sampled_from(EMAILS)
        elif name in (
            "kind",
            "country",
            "order",
            "dpo_answer",
            "number_type",
            "phone",
            "dpo_phone",
        ):
            given[name] = st.just(value)
        elif name == "enterprise_number":
            given[name] = st.sampled_from((value, "BE 0863.643.458", "0" * 10, "W" * 40))
        else:
            given[name] = st.one_of(words(name), st.just(value))
    return st.fixed_dictionaries(given)


CHOSEN = ("kind", "country", "order", "dpo_answer", "number_type", "phone", "dpo_phone")
ABROAD = {"country": "FR", "number_type": "other", "number": "RCS 732 829 320", "postcode": "75001"}
OURS = {**PROCESSOR, "country": "FR", "postcode": "75001"}
THEIRS = {**DETAILS, **ABROAD, "trade_name": "De Bakker"}
DRAFT = {**SALES, **ABROAD, "message": "Dag An", "main_reference": "HO-1", "main_date": "2/3/2024"}
ANNEX = {
    "dpo_answer": "yes",
    "dpo_name": "Jan Smets",
    "dpo_phone": "+32 3 234 56 78",
    "dpo_email": "dpo@peeters.example",
}
STAFF = {"name": "Els Maes", "function": "Zaakvoerder"}
LISTS = st.lists(words("item"), min_size=1, max_size=3).map(lambda some: (some * 20)[:60])


def through(door: Callable[[dict[str, Any]], Any], odd: dict[str, Any], plain: Any) -> Any:
    """Submit odd values; those refused by name are submitted again in plain text."""
    while True:
        said: dict[str, str] = {}
        try:
            return door(odd)
        except Invalid as wrong:
            said = words_by_field(wrong)
        refused = {name for name in said if odd.get(name) != plain.get(name)}
        assert refused, said
        assert all(said.values())
        odd = odd | {name: plain[name] for name in refused}


def browser(agent: str | None, address: str) -> Client:
    """What the web layer records of a browser and of the address given by a proxy."""
    environ = {"REMOTE_ADDR": address} | ({} if agent is None else {"HTTP_USER_AGENT": agent})
    with Flask("doors").test_request_context(environ_base=environ):
        return client()


@given(
    ours=fields(OURS),
    draft=fields(DRAFT),
    theirs=fields(THEIRS),
    annex=fields(ANNEX),
    staff=fields(STAFF),
    lists=st.tuples(LISTS, LISTS),
    question=words("question"),
    seen=st.tuples(st.sampled_from(AGENTS), st.sampled_from(FORWARDED)),
)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_the_doors_accept_completes(
    whole_house: House,
    ours: dict[str, Any],
    draft: dict[str, Any],
    theirs: dict[str, Any],
    annex: dict[str, Any],
    staff: dict[str, Any],
    lists: tuple[list[str], list[str]],
    question: str,
    seen: tuple[str | None, str],
) -> None:
    house = whole_house
    deps, here = house.deps, browser(*seen)
    proof = proof_of(deps, house.staff)
    through(lambda odd: profile.change_profile(deps, odd, house.staff, proof), ours, OURS)
    house.staff = through(lambda odd: renamed(house, odd), staff, STAFF)
    reference = through(
        lambda odd: create.create(deps, Input(odd, services=["cloud_storage"]), house.staff),
        draft,
        DRAFT,
    )
    send.send(deps, reference, house.staff)
    agreement_id = house.agreement(reference).id
    secret = house.opened(reference)
    through(lambda odd: ask(house, secret, odd), {"question": question}, {"question": "Waarom?"})
    through(
        lambda odd: complete.save_details(deps, secret, Input(odd), here),
        theirs | {"signatory_email": house.agreement(reference).signatory.email},
        THEIRS,
    )
    plain = {**ANNEX, "personal_data": ["Namen"], "data_subjects": ["Klanten"]}
    odd_annex = {**annex, "personal_data": lists[0], "data_subjects": lists[1]}
    through(lambda odd: save_annex(house, secret, odd, here), odd_annex, plain)
    generate.generate(deps, agreement_id)
    assert house.agreement(reference).state is State.READY, house.agreement(reference).failure

    house.prepared(reference, secret, typed=house.agreement(reference).signatory.name)
    house.sign(reference, secret, client=here)
    assert [each.refusal for each in house.countersign(reference, client=here)] == [None]
    for step in (seal.seal, close.close, archive.archive):
        step(deps, agreement_id)

    assert house.agreement(reference).state is State.COMPLETED
    assert reread.check(deps, reference, house.staff).intact
    house.deliver(reference)
    assert {each.state for each in house.mails(reference)} <= {"sent", "refused"}
    assert not [each for each in house.mails(reference) if each.undelivered]


def renamed(house: House, odd: dict[str, Any]) -> Any:
    """The countersigner with another name and function."""
    people.change(
        house.deps,
        house.staff.id,
        name=odd["name"],
        function=odd["function"],
        roles=[role.value for role in EVERYBODY],
        active=True,
        by=house.staff,
        proof=proof_of(house.deps, house.staff),
    )
    with house.deps.database.begin() as tx:
        account = tx.accounts.by_id(house.staff.id)
    assert account is not None
    return account.person


def ask(house: House, secret: str, odd: dict[str, Any]) -> None:
    asking.ask(house.deps, secret, odd["question"], browser(None, ""))


def save_annex(house: House, secret: str, odd: dict[str, Any], here: Client) -> None:
    typed = {name: odd[name] for name in ("personal_data", "data_subjects")}
    complete.save_annex(house.deps, secret, Input(odd, typed=typed), here)
