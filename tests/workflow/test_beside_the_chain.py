"""The hash chain, which can never be erased, contains nothing personal (decision 10).

Every personal value contains a marker, all steps are performed, and no marker may occur in the
hashed part of any entry.
"""

from __future__ import annotations

import dataclasses
import json
import uuid
from contextlib import suppress

import pytest
from applicants import began, opened
from bakery import DETAILS, LISTS, PRE_SIGNED
from colleagues import add_colleague, proof_of
from house import House
from lists import SERVICES, as_csv, customer
from mandates import PLAIN, give
from own_contract import imported, published
from papers import pdf
from together import made

from service.agreement.batch import BatchKind
from service.agreement.drafting import Input
from service.agreement.events import Event
from service.agreement.life import GivenEnd
from service.agreement.lists import Search
from service.agreement.permissions import SYSTEM, Role
from service.agreement.template_family import INSTALLED
from service.database.log.audit_check import check_chain
from service.errors import Invalid
from service.spreadsheets.table import Kind
from service.texts import OURS
from service.workflow.actors import Client
from service.workflow.applying import page
from service.workflow.bulk import batch, decide, run, take_in
from service.workflow.keeping import archive, export_list, register, retrieve
from service.workflow.keeping.dossier import dossier_of
from service.workflow.life import change_end, end, undo_end, withdraw
from service.workflow.offer import (
    answer,
    change_email,
    copy_link,
    edit,
    expire,
    extend,
    generate,
    hand_over,
    remind,
    send,
    take_over,
    void,
)
from service.workflow.people import accounts, rescue
from service.workflow.people import mandate as mandates
from service.workflow.people import staff as people
from service.workflow.sealing import close, seal
from service.workflow.signing import (
    ask,
    complete,
    decline,
    open_link,
    prove_mailbox,
    read,
    send_back,
    sign,
    under_mandate,
)
from service.workflow.telling import deliver
from service.workflow.templates import publish

MARK = "zqx"
MARKED = {
    "name": "Bakkerij Zqxorg",
    "street": "Zqxstraat 3",
    "city": "Zqxdorp",
    "notices_email": "zqxinfo@peeters.example",
    "signatory_name": "An Zqxpeeters",
    "signatory_email": "zqxan@peeters.example",
    "signatory_function": "Zqxbestuurder",
    "message": "Zqxboodschap",
}
ZQX = {"signatory_name": "An Zqxpeeters", "signatory_email": "zqxan@peeters.example"}
OFFICER = {
    "dpo_answer": "yes",
    "dpo_name": "Jan Zqxmaes",
    "dpo_email": "zqxdpo@peeters.example",
    "dpo_phone": "+32 9 234 56 78",
}
BROWSER = Client("203.0.113.9", "Zqxbrowser")
# Reports of the system about its own archive, keys and clock, with only codes, numbers and digests;
# the names of their data are in IN_THE_CHAIN like all others.
ELSEWHERE = (
    "archive",
    "log",
    "office",
    "profile",
    "staff",
    "seal",
    "evidence",
    "original",
    "alarm",
)


def _sent(house: House, **other: str) -> str:
    reference = house.draft({**DETAILS, **MARKED, **other})
    edited = Input({**DETAILS, **MARKED, **other}, services=["cloud_storage"])
    edit.edit(house.deps, reference, edited, house.staff)
    send.send(house.deps, reference, house.staff)
    return reference


def _completed(house: House, reference: str) -> str:
    secret = open_link.enter(house.deps, house.token(reference), BROWSER)
    given = {**DETAILS, **MARKED}
    complete.save_details(house.deps, secret, Input(given), BROWSER)
    complete.save_annex(house.deps, secret, Input(OFFICER, **LISTS), BROWSER)
    return secret


def _signed_by_both(house: House) -> str:
    """The complete journey, with a question from each side and a change."""
    deps, staff = house.deps, house.staff
    reference = _sent(house)
    house.rows("update messages set queued_at = queued_at - interval '2 days'")
    remind.remind(deps, reference, staff)
    copy_link.copy_link(deps, reference, staff)
    secret = _completed(house, reference)
    generate.note_failure(deps, house.agreement(reference).id, "text_differs An Zqxpeeters")
    generate.retry_generation(deps, reference, staff)
    generate.generate(deps, house.agreement(reference).id)
    complete.save_details(deps, secret, Input({**DETAILS, **MARKED, "city": "Gent"}), BROWSER)
    complete.save_annex(deps, secret, Input(OFFICER, **LISTS), BROWSER)
    generate.generate(deps, house.agreement(reference).id)
    for question in ("Zqxvraag?", "Nog een zqxvraag?"):
        ask.ask(deps, secret, question, BROWSER)
    first, second = dossier_of(deps, reference, staff).questions
    answer.answer(deps, reference, first.id, "Zqxantwoord", staff)
    answer.settle(deps, reference, second.id, staff)
    digest = house.agreement(reference).frozen_sha256
    read.fetch_shown(deps, secret, BROWSER)
    read.confirm_reading(deps, secret, digest, BROWSER, view_sha256=house.view(reference))
    prove_mailbox.request_code(deps, secret, BROWSER)
    with pytest.raises(Invalid):
        prove_mailbox.confirm_code(deps, secret, "000000", BROWSER)
    prove_mailbox.confirm_code(deps, secret, house.code(), BROWSER)
    house.prepare(reference, secret, typed=MARKED["signatory_name"])
    sign.sign(deps, secret, document_sha256=digest, said={"annex_sign"}, client=BROWSER)
    send_back.send_back(deps, reference, "Zqxbedenking?", staff)
    house.countersign(reference, client=BROWSER)
    return reference


def _other_endings(house: House) -> None:
    deps, staff = house.deps, house.staff
    void.void(deps, _sent(house), "Zqxreden", staff)
    declined = open_link.enter(deps, house.token(_sent(house)), BROWSER)
    decline.decline(deps, declined, "other", "Zqxuitleg", BROWSER)
    passed_on = open_link.enter(deps, house.token(_sent(house)), BROWSER)
    house.passed_on(passed_on, name="Jan Zqxclaes", email="zqxjan@peeters.example")
    changed = _sent(house)
    change_email.change_email(deps, changed, "Els Zqxmaes", "zqxels@peeters.example", staff)
    offered = {**PRE_SIGNED, **MARKED}
    send.send(deps, house.draft(offered, **LISTS), staff)
    ended = _sent(house)
    token = house.token(ended)
    house.forget_time(ended)
    expire.expire(deps)
    open_link.request_new_link(deps, token, BROWSER)
    extend.extend(deps, ended, "30", staff)
    tom = add_colleague(deps, "zqxtom@it4.example", Role.SIGNATORY, name="Tom Zqxclaes")
    take_over.take_over(deps, ended, tom)
    els = add_colleague(deps, "zqxels@it4.example", Role.SALES, name="Els Zqxpeeters")
    hand_over.hand_over(deps, ended, els.id, staff)
    message = house.mails(ended)[0].id
    deliver.note_failure(deps, message, "550 zqxan@peeters.example unknown")


def _archived(house: House, reference: str) -> None:
    agreement_id = house.agreement(reference).id
    seal.note_failure(house.deps, agreement_id, "zqxfout")
    for step in (seal.seal, close.close):
        step(house.deps, agreement_id)
    archive.note_failure(house.deps, agreement_id, "zqxfout")
    archive.archive(house.deps, agreement_id)
    _ended(house, reference)
    retrieve.package(house.deps, reference, house.staff, BROWSER)
    house.deliver(reference)


def _ended(house: House, reference: str) -> None:
    deps, staff = house.deps, house.staff
    today = str(house.agreement(reference).effective_date)
    found = end.end(deps, reference, GivenEnd(today, "other", "Zqxtoelichting"), staff)
    other = GivenEnd(today, "replaced", "Toch zqxvervangen")
    found = change_end.change_end(deps, reference, other, staff, seen=found.version)
    undo_end.undo_end(deps, reference, staff, seen=found.version)


def _elsewhere(house: House) -> None:
    typed = {"name": "Zqx BV", "signed_on": "2/3/2024", "signed_by": "An Zqx", "kept_at": "Zqx"}
    kept = register.receive(house.deps, pdf(), "zqx.pdf", house.staff)
    reference = register.register(house.deps, kept.id, {**typed, "note": "Zqx"}, house.staff)
    withdraw.withdraw(house.deps, reference, "Zqxvergissing", house.staff)


def _staff(house: House) -> None:
    new = {"name": "Piet Zqxclaes", "email": "zqxpiet@it4.example", "function": "Zqxverkoper"}
    proof = proof_of(house.deps, house.staff)
    people.invite(house.deps, **new, roles=[Role.SALES.value], by=house.staff, proof=proof)
    with house.deps.database.begin() as tx:
        account = tx.accounts.by_email(new["email"])
    assert account is not None
    piet = account.person
    people.change(
        house.deps,
        piet.id,
        name="Piet Zqxsmet",
        function="Zqxjurist",
        roles=[Role.SIGNATORY.value],
        active=True,
        by=house.staff,
        proof=proof,
    )
    people.send_link(house.deps, piet.id, house.staff, proof)
    rescue.administrator(house.deps, piet.email)
    for password in ("zqxverkeerd", house.password):
        with suppress(Invalid):
            accounts.sign_in(
                house.deps, house.staff.email, password, "", "192.0.2.66", user_agent="Zqxbrowser"
            )


def _many(house: House) -> None:
    """Two lists taken in, one made and one stopped; then steps for many at once, and an export."""
    deps, staff = house.deps, house.staff
    for numbers, stopped in ((range(2), False), (range(2, 4), True)):
        rows = [customer(n, name=f"Zqx {n}", email=f"zqx{n}@zaak{n}.example") for n in numbers]
        number = take_in.take_in(deps, as_csv(rows), "zqx.csv", staff, options=SERVICES).number
        decide.start(deps, number, staff)
        decide.pause(deps, number, staff)
        decide.resume(deps, number, staff)
        if stopped:
            decide.stop(deps, number, staff)
        run.run(deps)
    made(house, *(customer(n, first="Zqx", email="zqx@x.example", last="Zqx") for n in range(4, 6)))
    chosen = batch.Selected([_sent(house)])
    begun = str(uuid.uuid4())
    batch.begin(deps, begun, BatchKind.VOID, chosen, staff, seen=1, reason="Zqxreden")
    batch.run(deps)
    export_list.export_list(deps, Search(words="zqxpeeters"), (), Kind.WORKBOOK, staff, BROWSER)


def _under_mandate(house: House) -> None:
    """The service signs in somebody's name; one mandate is revoked, another ends with the role."""
    deps, staff = house.deps, house.staff
    given, house.sample = give(deps, staff), PLAIN
    reference = house.sent()
    house.signed(reference)
    under_mandate.sign_under_mandate(deps, house.agreement(reference).id)
    mandates.revoke(deps, given.id, staff)
    piet = add_colleague(deps, "zqxjan@it4.example", Role.SIGNATORY, name="Jan Zqxclaes")
    give(deps, piet)
    people.change(
        deps,
        piet.id,
        name=piet.name,
        function=piet.function,
        roles=[Role.SALES.value],
        active=True,
        by=staff,
        proof=proof_of(deps, staff),
    )


def _templates(house: House) -> None:
    """Own templates with everything that can be done with them."""
    deps, staff = house.deps, house.staff
    version, proof = published(deps, staff, name="Zqxsjabloon"), proof_of(deps, staff)
    for offered in (False, True):
        publish.offer(deps, version.family_id, staff, proof, offered=offered)
    for family_id in (version.family_id, INSTALLED):
        publish.make_default(deps, family_id, staff, proof)
    publish.withdraw(deps, version.id, staff, proof)
    publish.remove(deps, imported(deps, staff, "Nieuw.", name="Zqxanders").id, staff)


def _by_themselves(house: House) -> None:
    """A customer begins on the public page, and an administrator closes it."""
    opened(house.deps, house.staff)
    began(house.deps, name="Bakkerij Zqxorg", customer="zqx1", **ZQX)
    page.close(house.deps, house.staff)


def test_no_name_address_or_typed_word_stands_in_the_chain(whole_house: House) -> None:
    house = dataclasses.replace(
        whole_house, staff=dataclasses.replace(whole_house.staff, name="Els Zqxmaes")
    )
    house.rows("update staff set name = 'Els Zqxmaes'")
    reference = _signed_by_both(house)
    _many(house)
    _under_mandate(house)
    _templates(house)
    _by_themselves(house)
    _other_endings(house)
    _archived(house, reference)
    _elsewhere(house)
    _staff(house)
    entries = house.rows(
        """select e.event, e.data::text, e.actor, p.data::text from audit_entries e
        left join audit_personal p on p.entry_id = e.id"""
    )
    assert [each for each in entries if MARK in f"{each[1]}{each[2]}".lower()] == []
    # The chain contains only codes, numbers, moments and digests: no text.
    data = [(each[0], value) for each in entries for value in json.loads(each[1]).values()]
    words = {each for each in data if isinstance(each[1], str) and " " in each[1]}
    assert words == {("original.closed", "PAdES B-LTA")}
    beside = {each[0] for each in entries if MARK in (each[3] or "").lower()}
    assert beside >= {
        "agreement.requested",
        "agreement.sent",
        "agreement.offered",
        "agreement.voided",
        "agreement.declined",
        "agreement.ended",
        "agreement.end_changed",
        "signatory.delegated",
        "countersigner.changed",
        "agreement.handed_over",
        "question.asked",
        "document.failed",
        "seal.failed",
        "archive.failed",
        "message.failed",
        "staff.created",
        "list.exported",
        "template.imported",
        "template.preferred",
    }
    told = {each for each in Event if each.split(".")[0] not in ELSEWHERE}
    # A refusal is recorded by the same code as a failure; settling it only adds who did it.
    assert told - {each[0] for each in entries} <= {Event.MESSAGE_REFUSED, Event.MESSAGE_SETTLED}


def test_what_was_erased_is_said_and_the_rest_still_prints(house: House) -> None:
    reference = house.sent()
    house.deliver(reference)
    void.void(house.deps, reference, "Verkeerde klant", house.staff)
    dossier = dossier_of(house.deps, reference, house.staff)
    invited = "E-mail verstuurd aan {}: uitnodiging om te ondertekenen."
    assert invited.format("an@peeters.example") in [line.sentence for line in dossier.timeline]
    house.rows("delete from audit_personal")
    said = [line.sentence for line in dossier_of(house.deps, reference, house.staff).timeline]
    assert said[-1] == "Ingetrokken. Reden: «gewist»"
    assert invited.format("«gewist»") in said
    assert any(
        each.startswith("Verstuurd naar «gewist»; te ondertekenen tot en met") for each in said
    )


def test_an_entry_from_before_prints_and_verifies_as_it_is(house: House) -> None:
    """A row as the former version wrote it, with the name inside the chain."""
    reference = house.sent()
    with house.deps.database.begin() as tx:
        genuine = tx.audit.of(house.agreement(reference).id)
    old = next(each for each in genuine if each.event is Event.AGREEMENT_SENT)
    data = {**old.data, "recipient": "An Peeters"}
    old = dataclasses.replace(old, data=data, personal={"name": "Els Maes"})
    assert old.sentence(OURS).startswith("Verstuurd naar An Peeters; te ondertekenen")
    first = dataclasses.replace(genuine[0], data=data, personal=None, personal_digest="", salt="")
    first = dataclasses.replace(first, hash=first.recomputed())
    assert check_chain([first]) == []
    assert "recipient" in json.dumps(first.hashed())


def test_the_log_refuses_a_value_of_an_unknown_name(house: House) -> None:
    with house.deps.database.begin() as tx, pytest.raises(ValueError, match="not for the chain"):
        tx.audit.append(None, Event.STAFF_CREATED, SYSTEM, recipient="An Peeters")
