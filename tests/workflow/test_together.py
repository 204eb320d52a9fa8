"""A person who signs several agreements: one mail, one link, one code, each text by itself."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from colleagues import add_colleague
from house import House
from leesmij import failing, fetched, unpacked
from lists import customer
from mornings import linked
from together import AN, Killed, Together, in_batch, made

from bench.road import BROWSER
from service.agreement.batch import BatchKind
from service.agreement.bulk.states import LineState
from service.agreement.permissions import Role
from service.agreement.states import PlaceState
from service.database.bulk.line_counts import Shared
from service.documents.check import compact
from service.documents.pdf_text import read_pdf_text
from service.errors import Invalid, LinkUnusable, Refused, TooMany
from service.wiring.build import mailbox
from service.workflow.bulk import batch, decide, lines, look, run
from service.workflow.keeping import verify
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import change_email, expire, remind, resend, void
from service.workflow.package_files import sealed_files
from service.workflow.signing import bundle, decline, open_link, prove_mailbox, read, sign
from service.workflow.telling import deliver
from signatures.package.names import AGREEMENT, SHEET


def test_one_mail_names_all_and_each_has_its_own_link(an: Together, house: House) -> None:
    assert house.jobs().count("deliver") == 1
    for reference in an.references:
        assert house.kinds(reference) == ["bundle_invitation"]
        assert house.events(reference)[2:5] == ["agreement.sent", "link.issued", "link.joined"]
    for reference in an.references:  # what is only noted is not sent
        house.deliver(reference)
    kept = mailbox(house.deps.settings)
    (mail,) = [kept.read(each.id) for each in kept.list()]
    assert mail.subject.startswith("3 verwerkersovereenkomsten van IT4Professionals: klaar om")
    assert f"http://localhost/tekenen/bundel/{an.token}" in mail.text
    assert all(f"- Zaak {number}, tot en met" in mail.text for number in (1, 2, 3))
    for reference in an.references:
        assert [each.state.value for each in house.mails(reference)] == ["sent"]
        assert house.events(reference)[-1] == "message.sent"
    assert len({house.token(each) for each in an.references}) == 3


def test_who_has_another_name_or_mailbox_is_another_person(house: House) -> None:
    number = made(
        house,
        customer(1, **AN),
        customer(2, **AN),
        customer(3, **{**AN, "first": "Jan"}),
        customer(4, **{**AN, "email": "an@elders.example"}),
        customer(5, **{**AN, "first": "AN", "email": "AN@Peeters.example"}),
    )
    kinds = [house.kinds(each.reference)[0] for each in look.lines(house.deps, number, house.staff)]
    together, alone = "bundle_invitation", "invitation"
    assert kinds == [together, together, alone, alone, together]
    assert len(house.rows("select 1 from link_bundles")) == 1


def test_who_starts_an_import_decides(house: House) -> None:
    rows = [customer(each, **AN) for each in (1, 2)]
    number = made(house, *rows, send=False)
    assert look.shared(house.deps, number, house.staff) == Shared(1, 2, mails=1)
    with house.deps.database.look() as tx:
        assert tx.line_counts.shared(tx.imports.get(number).id, most=1) == Shared(1, 2, mails=2)
    decide.start(house.deps, number, house.staff, send=True, together=False)
    run.run(house.deps)
    assert look.shared(house.deps, number, house.staff) == Shared(0, 0, 0)
    kinds = [house.kinds(each.reference) for each in look.lines(house.deps, number, house.staff)]
    assert kinds == [["invitation"], ["invitation"]]


def test_one_that_cannot_be_sent_does_not_hold_up_the_others(house: House, another: Any) -> None:
    number = made(house, *(customer(each, **AN) for each in (1, 2, 3)), send=False)
    gone = look.lines(house.deps, number, house.staff)[1].reference
    house.rows(
        "update agreements set countersigner_id = :who where reference = :r",
        who=another().id,
        r=gone,
    )
    decide.start(house.deps, number, house.staff, send=True, together=True)
    run.run(house.deps)
    (failed,) = look.lines(house.deps, number, house.staff, states=(LineState.FAILED,))
    assert failed.reference == gone
    assert look.progress(house.deps, number, house.staff).of(LineState.SENT) == 2


def test_a_worker_that_is_killed_has_sent_the_mail_for_all_or_for_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = made(house, *(customer(each, **AN) for each in (1, 2, 3)), send=False)
    whole = lines.send_together

    def killed(*given: Any) -> Any:
        whole(*given)
        raise Killed

    monkeypatch.setattr(lines, "send_together", killed)
    decide.start(house.deps, number, house.staff, send=True, together=True)
    with pytest.raises(Killed):
        run.run(house.deps)
    assert house.rows("select 1 from link_bundles") == []
    monkeypatch.undo()
    with ThreadPoolExecutor(2) as workers:  # the job was revived while another one runs
        list(workers.map(run.run, [house.deps] * 2))
    assert house.jobs().count("deliver") == 1
    assert len(house.rows("select 1 from link_bundles")) == 1


def test_one_code_counts_for_all_in_that_browser_and_each_record_says_so(
    an: Together, house: House
) -> None:
    first, second, third = an.enter().references
    secrets = {each: an.ready(each) for each in (first, second)}
    prove_mailbox.request_code(house.deps, secrets[first], BROWSER)
    assert [house.mails(each)[-1].kind for each in an.references] == ["bundle_code"] * 3
    prove_mailbox.confirm_code(house.deps, secrets[first], house.code(), BROWSER)
    assert open_link.visit(house.deps, secrets[second]).authenticated  # it was open already
    secrets[third] = an.ready(third)
    for reference in an.references:
        assert PlaceState.AUTHENTICATED in house.agreement(reference).places.values()
        an.sign(reference, secrets[reference])
        acts = read.acts(house.deps, secrets[reference])
        assert len(acts) == 2
        for act in acts:
            evidence = act.record.content["evidence"]
            assert evidence["mailbox"]["together"] == an.references
            assert evidence["link"]["bundle"] == an.id
            assert act.record.reference == reference
            assert act.document_sha256 == house.shown(reference)
            assert [each.what for each in act.record.shown] == ["view"]
        assert house.events(reference).count("code.sent") == 1
        assert house.events(reference).count("code.confirmed") == 1
    assert set(an.states().values()) == {"signed"}
    assert len(house.rows("select 1 from code_challenges")) == 1
    assert len({house.shown(each) for each in an.references}) == 3


def test_a_code_counts_in_no_other_browser(an: Together, house: House) -> None:
    first, second, _ = an.enter().references
    secret = an.ready(first)
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    by_itself = house.opened(first)  # with a link that staff copied
    same = bundle.enter(house.deps, an.token, known=an.secret)
    other = bundle.enter(house.deps, an.token)
    opened = [
        bundle.open_one(house.deps, each, second, BROWSER, known="") for each in (same, other)
    ]
    proved = [open_link.visit(house.deps, each).authenticated for each in (*opened, by_itself)]
    assert proved == [True, False, False]
    with pytest.raises(Refused):
        sign.sign(house.deps, opened[1], document_sha256="x", said={"annex_sign"}, client=BROWSER)


def test_nothing_is_signed_that_was_not_shown(an: Together, house: House) -> None:
    first, second, _ = an.enter().references
    secret = an.ready(first)
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    an.sign(first, secret)
    unread = an.open(second)
    house.completes(unread)
    house.generate(second)
    for shown in (house.shown(first), house.shown(second)):
        with pytest.raises(Refused):
            house.prepare(second, unread, document_sha256=shown)


def test_the_limits_are_those_of_one_link(an: Together, house: House) -> None:
    first, second, _ = an.enter().references
    secrets = [an.ready(each) for each in (first, second)]
    for number in range(5):
        prove_mailbox.request_code(house.deps, secrets[number % 2], BROWSER)
    with pytest.raises(TooMany):
        prove_mailbox.request_code(house.deps, secrets[0], BROWSER)
    wrong = f"{(int(house.code()) + 1) % 1_000_000:06d}"

    def guess(number: int) -> str:
        with pytest.raises(Invalid) as refused:
            prove_mailbox.confirm_code(house.deps, secrets[number % 2], wrong, BROWSER)
        return refused.value.errors[0].code

    with ThreadPoolExecutor(6) as threads:
        said = sorted(threads.map(guess, range(8)))
    assert said == ["code_locked"] * 4 + ["code_wrong"] * 3 + ["code_wrong_last"]
    for reference in an.references:
        assert house.events(reference).count("code.refused") == 8


def test_a_code_to_pass_one_on_is_for_that_one_alone(an: Together, house: House) -> None:
    first, second, third = an.enter().references
    secrets = {each: an.ready(each) for each in (first, second)}
    house.passed_on(secrets[first])
    assert house.kinds(second) == ["bundle_invitation"]
    assert not open_link.visit(house.deps, secrets[second]).proved
    assert house.agreement(first).signatory.email == "jan@peeters.example"
    assert an.states() == {first: "delegated", second: "open", third: "open"}
    with pytest.raises(LinkUnusable):
        an.open(first)
    prove_mailbox.request_code(house.deps, secrets[second], BROWSER)
    named = house.mails(second)[-1].values["agreements"]
    assert [each["organisation"] for each in named] == ["Bakkerij Peeters", "Zaak 3"]
    prove_mailbox.confirm_code(house.deps, secrets[second], house.code(), BROWSER)
    colleague = house.ready(first)  # with the link of his own
    assert not open_link.visit(house.deps, colleague).proved


def test_what_ends_one_ends_no_other(an: Together, house: House) -> None:
    first, second, third = an.enter().references
    decline.decline(house.deps, an.open(first), "content", "", BROWSER)
    void.void(house.deps, second, "Dubbel", house.staff)
    assert an.states() == {first: "declined", second: "voided", third: "open"}
    resend.resend(house.deps, third, house.staff)
    assert an.states()[third] == "replaced"
    assert house.kinds(third)[-1] == "link_renewed"
    assert open_link.landing(house.deps, house.token(third)).status == "open"


def test_who_leaves_leaves_all_of_them(an: Together, house: House) -> None:
    first, second, _ = an.enter().references
    secrets = [an.open(each) for each in (first, second)]
    open_link.leave(house.deps, secrets[0])
    for each in secrets:
        with pytest.raises(LinkUnusable):
            open_link.visit(house.deps, each)
    with pytest.raises(LinkUnusable):
        bundle.bundle(house.deps, an.secret)


def test_a_refused_mail_is_told_of_each_and_mended_for_each(an: Together, house: House) -> None:
    first, _, _ = an.references
    (message_id,) = house.rows("select id from messages where sent_as is null")[0]
    house.rows("update messages set recipient = 'onzin' where id = :m", m=message_id)
    deliver.deliver(house.deps, str(message_id))
    for reference in an.references:
        assert [each.undelivered for each in house.mails(reference, "bundle_invitation")] == [True]
        assert "message.refused" in house.events(reference)
    change_email.change_email(house.deps, first, "An Peeters", "an@goed.example", house.staff)
    refused = [house.mails(each, "bundle_invitation")[0].undelivered for each in an.references]
    assert refused == [False, True, True]


def test_one_reminder_names_what_waits_and_counts_for_each(an: Together, house: House) -> None:
    first, second, third = an.references
    for reference in an.references:
        morning = linked(house, reference, 3)
    an.enter()
    secret = an.ready(first)
    house.prepared(first, secret)
    house.sign(first, secret)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: remind.remind_due(house.deps, now=morning), range(2)))
    assert [house.kinds(each).count("bundle_reminder") for each in an.references] == [0, 1, 1]
    assert [house.events(each).count("signatory.reminded") for each in (second, third)] == [1, 1]
    assert remind.remind_due(house.deps, now=morning) == 0
    (mail,) = [
        each
        for one in (second, third)
        for each in house.mails(one, "bundle_reminder")
        if not each.sent_as
    ]
    assert [each["organisation"] for each in mail.values["agreements"]] == ["Zaak 2", "Zaak 3"]
    deliver.deliver(house.deps, mail.id)
    kept = mailbox(house.deps.settings)
    assert f"/tekenen/bundel/{an.token}" in kept.read(kept.list()[0].id).text
    with pytest.raises(Refused):  # the same mail reminded of the other one today
        remind.remind(house.deps, third, house.staff)


def test_of_the_last_one_a_reminder_as_of_any(an: Together, house: House) -> None:
    first, second, third = an.references
    for reference in (first, second):
        void.void(house.deps, reference, "Dubbel", house.staff)
    assert remind.remind_due(house.deps, now=linked(house, third, 3)) == 1
    (mail,) = house.mails(third, "reminder")
    assert mail.link_id == house.link_id(third)


def test_a_batch_reminds_each_person_once(an: Together, house: House) -> None:
    house.rows("update messages set queued_at = queued_at - interval '2 days'")
    chosen = batch.Selected(an.references)
    batch.begin(house.deps, str(uuid.uuid4()), BatchKind.REMIND, chosen, house.staff, seen=3)
    batch.run(house.deps)
    assert [house.kinds(each)[1:] for each in an.references] == [["bundle_reminder"]] * 3


def test_a_batch_sends_one_new_mail_about_all_that_is_open(an: Together, house: House) -> None:
    first, second, third = an.references
    void.void(house.deps, third, "Dubbel", house.staff)
    assert in_batch(house, BatchKind.RESEND, [first]) == [1, 1]  # the second comes along
    assert [house.kinds(each) for each in (first, second)] == [["bundle_invitation"] * 2] * 2
    assert in_batch(house, BatchKind.RESEND, [first, second]) == [2, 1]
    assert an.states() == {first: "replaced", second: "replaced", third: "voided"}
    (named,) = dossier_of(house.deps, first, house.staff).mailed_with  # of the last mail only
    assert (named.reference, named.left) == (second, False)
    newest = (
        house.mails(first)[-1] if not house.mails(first)[-1].sent_as else house.mails(second)[-1]
    )
    assert [each["organisation"] for each in newest.values["agreements"]] == ["Zaak 1", "Zaak 2"]
    resend.resend(house.deps, first, house.staff)
    assert in_batch(house, BatchKind.RESEND, [second]) == [1, 1]
    assert house.kinds(second)[-1] == "link_renewed"


def test_a_batch_extends_what_expired_with_one_new_mail(an: Together, house: House) -> None:
    first, second, third = an.references
    house.rows("update agreements set expires_at = now() - interval '1 day'")
    assert expire.expire(house.deps) == 3
    assert in_batch(house, BatchKind.EXTEND, [first, second], days="20") == [2, 1]
    assert an.states() == {first: "replaced", second: "replaced", third: "expired"}
    assert [house.kinds(each)[-1] for each in (first, second)] == ["bundle_invitation"] * 2
    assert in_batch(house, BatchKind.EXTEND, an.references, days="30") == [3, 1]
    assert house.kinds(third)[-1] == "link_renewed"


def test_the_dossier_names_the_others_of_the_mail(an: Together, house: House) -> None:
    first, second, third = an.references
    void.void(house.deps, second, "Dubbel", house.staff)
    resend.resend(house.deps, third, house.staff)
    for reference, left in ((first, [False, True]), (third, [True, True])):
        named = dossier_of(house.deps, reference, house.staff).mailed_with
        assert [each.reference for each in named] == [
            each for each in an.references if each != reference
        ]
        assert [each.left for each in named] == left
        assert {each.reference: each.state.value for each in named}[second] == "voided"
    assert dossier_of(house.deps, house.sent(), house.staff).mailed_with == []


def test_the_sheet_says_that_it_was_one_code(whole_house: House, tmp_path: Path) -> None:
    house = whole_house
    an = Together.sent(house, 2).enter()
    first, second = an.references
    secret = an.ready(first)
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    an.sign(first, secret)
    an.sign(second, an.ready(second))
    house.countersigned(second)
    jan = add_colleague(house.deps, "jan@it4.example", Role.ARCHIVE, name="Jan Claes")
    assert dossier_of(house.deps, second, jan).mailed_with == []  # the other one is not in force
    house.countersigned(first)
    (named,) = dossier_of(house.deps, second, jan).mailed_with
    assert named.reference == first
    house.archive(second)
    original, sheet = sealed_files(house.deps, house.agreement(second).id, AGREEMENT, SHEET)
    printed = compact(read_pdf_text(sheet).text)
    for words in (
        f"Eén code voor 2 overeenkomsten samen ({first}, {second}), op",
        "Deze overeenkomst had geen eigen code.",
        "één code voor 2 overeenkomsten, in mailbox an@peeters.example",
        "Code gemaild om de mailbox te bevestigen, voor 2 overeenkomsten samen.",
    ):
        assert compact(words) in printed, words
    assert compact(first) not in compact(read_pdf_text(original).text)
    data = fetched(house, second)
    assert failing(unpacked(data, tmp_path, second)) == []
    checked = verify.verify_upload(house.deps, data)
    assert isinstance(checked, verify.CheckedPackage)
    assert (checked.report.verdict, checked.report.findings) == ("genuine", ())
