"""A permanently refused mail: the right people are notified, and it is shown until settled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from house import BROWSER, House
from mail_server import Server, through

from service.agreement.lists import Search
from service.agreement.permissions import Role, Staff
from service.database.queue.messages import Message
from service.errors import NotAllowed, NotFound
from service.mail.errors import MailRefused, MailTooLarge
from service.workflow.keeping import listing
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import change_email, void
from service.workflow.signing import prove_mailbox
from service.workflow.telling import alarm, deliver

NO_SUCH_USER = "550 5.1.1 no such user"


def refused(house: House, message: Message, words: str = NO_SUCH_USER) -> None:
    deliver.deliver(through(house, Server(MailRefused(words))), message.id)


def stalled(house: House) -> list[tuple[str, str]]:
    return [(each.kind, each.reason) for each in alarm.stalled_items(house.deps, house.staff)[0]]


def in_trouble(house: House) -> int:
    return len(listing.listing(house.deps, Search(group="trouble"), house.staff).lines)


def test_the_sender_is_told_at_once_with_the_servers_words(house: House) -> None:
    reference = house.sent()
    refused(house, house.mails(reference, "invitation")[0])
    (told,) = house.mails(reference, "undeliverable")
    assert told.recipient == house.staff.email
    assert told.values["words"] == NO_SUCH_USER
    assert told.values["recipient"] == "an@peeters.example"
    assert told.values["can_change"] is True
    assert stalled(house) == [("undelivered", NO_SUCH_USER)]
    assert in_trouble(house) == 1
    server = Server(None)
    deliver.deliver(through(house, server), told.id)
    body = server.got[0].get_body(("plain",))
    assert body is not None
    assert NO_SUCH_USER in body.get_content()
    assert "wijzigen" in body.get_content()


def test_another_address_settles_it(house: House) -> None:
    reference = house.sent()
    refused(house, house.mails(reference, "invitation")[0])
    corrected = ("An Peeters", "an@bakkerij.example")
    change_email.change_email(house.deps, reference, *corrected, house.staff)
    assert stalled(house) == []
    assert in_trouble(house) == 0


def test_a_later_code_that_arrives_settles_a_refused_one(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    for _ in range(2):
        prove_mailbox.request_code(house.deps, secret, BROWSER)
    first, second = house.mails(reference, "code")
    # The second one overtakes the first: it is not needed any more, so nobody is notified.
    refused(house, first)
    assert house.mails(reference, "undeliverable") == []
    assert stalled(house) == []
    refused(house, second)
    assert stalled(house) == [("undelivered", NO_SUCH_USER)]
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    deliver.deliver(through(house, Server(None)), house.mails(reference, "code")[-1].id)
    assert stalled(house) == []


def test_a_withdrawn_agreement_needs_no_link(house: House) -> None:
    reference = house.sent()
    refused(house, house.mails(reference, "invitation")[0])
    void.void(house.deps, reference, "Verkeerde klant", house.staff)
    assert stalled(house) == []


def test_a_refused_mail_to_the_sender_is_told_to_beheer(
    house: House, another: Callable[..., Staff]
) -> None:
    chief = another(Role.ADMIN)
    reference = house.sent()
    house.signed(reference)
    mail = next(each for each in house.mails(reference) if each.recipient == house.staff.email)
    refused(house, mail)
    (told,) = house.mails(reference, "undeliverable")
    assert told.recipient == chief.email
    refused(house, told)
    assert len(house.mails(reference, "undeliverable")) == 1  # no warning about a warning
    assert [kind for kind, _ in stalled(house)] == ["undelivered"]


def test_a_person_settles_it(house: House, another: Callable[..., Staff]) -> None:
    reference = house.sent()
    message = house.mails(reference, "invitation")[0]
    with pytest.raises(NotFound):
        deliver.settle(house.deps, reference, message.id, house.staff)
    refused(house, message)
    with pytest.raises(NotAllowed):
        deliver.settle(house.deps, reference, message.id, another(Role.ARCHIVE))
    deliver.settle(house.deps, reference, message.id, house.staff)
    assert stalled(house) == []
    assert house.events(reference)[-1] == "message.settled"


def test_an_address_of_old_that_no_server_takes_is_refused_and_told(house: House) -> None:
    """Until version 0.1 forms accepted accents before the @."""
    reference = house.sent()
    message = house.mails(reference, "invitation")[0]
    house.rows("update messages set recipient = 'jân@peeters.be', reply_to = 'jân@x.be'")
    deliver.deliver(house.deps, message.id)
    assert house.mails(reference, "invitation")[0].state == "refused"
    (told,) = house.mails(reference, "undeliverable")
    assert "jân@peeters.be" in told.values["words"]


def test_a_copy_that_is_too_large_goes_as_a_link(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    links = {
        "an@peeters.example": f"/tekenen/link/{house.token(reference)}",
        "info@peeters.example": "info@it4professionals.example",  # has no link: says whom to ask
        house.staff.email: f"/archief/{reference}",
    }
    copies = house.mails(reference, "completed")
    assert {each.recipient for each in copies} == links.keys()
    for copy in copies:
        server = Server(MailTooLarge("552 5.3.4 message too big"), None)
        deliver.deliver(through(house, server), copy.id)
        first, second = server.got
        parties = f"IT4Professionals - Bakkerij Peeters ({reference}).pdf"
        names = [f"Verwerkersovereenkomst {parties}"]
        if copy.recipient != house.staff.email:  # sales may not see who used which address
            names.append(f"Bewijsblad verwerkersovereenkomst {parties}")
        assert [each.get_filename() for each in first.iter_attachments()] == names
        assert list(second.iter_attachments()) == []
        assert first["Message-ID"] == second["Message-ID"]
        body = second.get_body(("plain",))
        assert body is not None
        assert links[copy.recipient] in body.get_content()
        assert ("/tekenen/link/" in body.get_content()) == (copy.recipient == "an@peeters.example")
    assert {each.state for each in house.mails(reference, "completed")} == {"sent"}
    last = dossier_of(house.deps, reference, house.staff).timeline[-1]
    assert "met een link in plaats van het bestand" in last.sentence
    assert stalled(house) == []


def test_a_link_that_is_refused_too_is_told(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    copy = next(each for each in house.mails(reference, "completed") if "peeters" in each.recipient)
    server = Server(MailTooLarge("552 mailbox full"), MailTooLarge("552 mailbox full"))
    deliver.deliver(through(house, server), copy.id)
    (told,) = house.mails(reference, "undeliverable")
    assert told.values["can_change"] is False
    assert stalled(house) == [("undelivered", "552 mailbox full")]
