"""Mails: sent at least once under one Message-ID, never about what is over, refusals recorded."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest
from colleagues import proof_of
from house import BROWSER, House
from mail_server import Server, through

from service.errors import Unavailable
from service.mail.errors import MailRefused, MailTemporaryFailure
from service.workflow import sweep
from service.workflow.offer import resend
from service.workflow.people import look
from service.workflow.signing import prove_mailbox
from service.workflow.telling import deliver


def test_an_invitation_carries_the_link_and_is_sent_once(house: House) -> None:
    reference = house.sent()
    message = house.mails(reference)[0]
    server = Server(None)
    for _ in range(2):
        deliver.deliver(through(house, server), message.id)
    (mail,) = server.got
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert f"http://localhost/tekenen/link/{house.token(reference)}" in plain.get_content()
    assert mail["Reply-To"].endswith("els@it4.example")
    assert house.mails(reference)[0].state == "sent"
    assert house.events(reference)[-1] == "message.sent"


def test_a_queued_mail_shows_the_look_of_the_day_it_is_sent(house: House) -> None:
    reference = house.sent()
    form = {
        "accent": "#7b2cbf",
        "reply_to": "team@it4.example",
        "subject_invitation": "Één handtekening voor {organisatie}",
        "intro_invitation": "Dag {naam}!",
    }
    new = look.proposed(house.deps, form, b"", without_logo=False, staff=house.staff)
    look.change_look(house.deps, new, house.staff, proof_of(house.deps, house.staff))
    server = Server(None, None)
    told = house.rows("select id from messages where kind = 'account_changed'")
    for message_id in (house.mails(reference)[0].id, str(told[0].id)):
        deliver.deliver(through(house, server), message_id)
    invitation, to_staff = server.got
    plain, html = invitation.get_body(("plain",)), invitation.get_body(("html",))
    assert plain and html  # noqa: PT018
    assert "Beste An Peeters,\n\nDag An Peeters!\n" in plain.get_content().replace("\r", "")
    assert "#7b2cbf" in html.get_content()
    assert invitation["Reply-To"] == "team@it4.example"
    read = message_from_bytes(invitation.as_bytes(), policy=default)
    assert read["Subject"] == "Één handtekening voor Bakkerij Peeters"
    assert "team@" not in to_staff["Reply-To"]


def test_a_repetition_has_the_same_message_id(house: House) -> None:
    """A worker killed after the server accepted sends again; mail programs show it once."""
    reference = house.sent()
    message = house.mails(reference)[0]
    server = Server(None, None)
    deliver.deliver(through(house, server), message.id)
    house.rows("update messages set state = 'queued'")
    deliver.deliver(through(house, server), message.id)
    assert server.got[0]["Message-ID"] == server.got[1]["Message-ID"]


def test_a_mail_that_the_former_version_queued_reads_as_it_did(house: House) -> None:
    message = house.mails(house.sent())[0]
    former = """'{"valid_until": "de tweede maart"}'::jsonb"""
    house.rows(f"update messages set values = (values - 'language') || {former}")
    server = Server(None)
    deliver.deliver(through(house, server), message.id)
    plain = server.got[0].get_body(("plain",))
    assert plain is not None
    assert "de tweede maart" in plain.get_content()


def test_a_temporary_failure_is_told_once_and_tried_again(house: House) -> None:
    reference = house.sent()
    message = house.mails(reference)[0]
    server = Server(MailTemporaryFailure("451 later"), MailTemporaryFailure("451 later"), None)
    for _ in range(2):
        with pytest.raises(Unavailable):
            deliver.deliver(through(house, server), message.id)
    failed = house.mails(reference)[0]
    assert (failed.state, failed.tries) == ("failed", 2)
    assert "451" in failed.last_error
    assert house.events(reference).count("message.failed") == 1
    deliver.deliver(through(house, server), message.id)
    assert house.mails(reference)[0].state == "sent"


def test_a_refused_recipient_is_on_record_and_not_tried_again(house: House) -> None:
    reference = house.sent()
    message = house.mails(reference)[0]
    server = Server(MailRefused("550 no such user"))
    deliver.deliver(through(house, server), message.id)
    deliver.deliver(through(house, server), message.id)
    refused = house.mails(reference)[0]
    assert refused.state == "refused"
    assert "550" in refused.last_error
    assert house.events(reference)[-1] == "message.refused"


def test_a_link_that_died_is_not_mailed(house: House) -> None:
    reference = house.sent()
    resend.resend(house.deps, reference, house.staff)
    server = Server(None)
    for message in house.mails(reference):
        deliver.deliver(through(house, server), message.id)
    assert len(server.got) == 1
    first, second = house.mails(reference)
    assert (first.state, first.last_error, second.state) == ("refused", "overtaken", "sent")
    assert "message.refused" not in house.events(reference)


def test_a_code_that_is_over_is_not_mailed(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    server = Server(None, None)
    for message in house.mails(reference, "code"):
        deliver.deliver(through(house, server), message.id)
    assert [mail["Subject"] for mail in server.got] == [
        f"Uw code om te ondertekenen: {house.code()}"
    ]


def test_no_secret_stands_in_the_database_or_the_queue(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    kept = str(house.rows("select * from messages")) + str(
        house.rows("select args from procrastinate_jobs")
    )
    assert house.token(reference) not in kept
    assert f"'{house.code()}'" not in kept
    assert secret not in kept


def test_the_sweep_finds_a_mail_whose_job_was_lost(house: House) -> None:
    house.sent()
    house.rows("delete from procrastinate_jobs")
    assert sweep.sweep(house.deps) == 0  # it may still be in transit
    assert sweep.sweep(house.deps, patience=-5) == 1
    assert house.jobs() == ["deliver"]


def test_the_sweep_finds_a_document_and_a_seal_that_were_lost(house: House) -> None:
    waits = house.sent()
    house.completed(waits)
    signed = house.sent()
    house.signed(signed)
    for reference in (waits, signed):
        house.deliver(reference)
    house.rows("delete from procrastinate_jobs")
    assert sweep.sweep(house.deps, patience=-5) == 2
    assert sorted(house.jobs()) == ["generate", "seal"]
