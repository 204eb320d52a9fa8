"""Agreements of one person that are withdrawn, or whose term ends, together: one mail about all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from house import House
from together import Killed, Together, in_batch

from service.agreement.batch import BatchKind
from service.wiring.build import mailbox
from service.workflow.bulk import batch
from service.workflow.offer import expire, extend, void, void_together
from service.workflow.telling import deliver

WHY = "Dubbel gemaakt"


def newest(house: House, kind: str) -> tuple[str, str, list[str]]:
    """Send the mails of a kind; the last one's subject and text, and the organisations in it."""
    sent = f"select id from messages where kind = '{kind}' and sent_as is null order by queued_at"
    ids = [str(each.id) for each in house.rows(sent)]
    for each in ids:
        deliver.deliver(house.deps, each)
    kept = mailbox(house.deps.settings)
    mail = kept.read(kept.list()[0].id)
    return mail.subject, mail.text, [line for line in mail.text.splitlines() if line[:1] == "-"]


def test_a_batch_withdraws_with_one_mail_about_all(an: Together, house: House) -> None:
    assert in_batch(house, BatchKind.VOID, an.references, reason=WHY) == [3, 1]
    assert set(an.states().values()) == {"voided"}
    subject, text, named = newest(house, "bundle_voided")
    assert (
        subject == "De aanvragen zijn ingetrokken: 3 verwerkersovereenkomsten met IT4Professionals"
    )
    assert named == ["- Zaak 1", "- Zaak 2", "- Zaak 3", "-- "]
    assert f"De reden:\n\n> {WHY}\n" in text
    for reference in an.references:
        assert house.kinds(reference) == ["bundle_invitation", "bundle_voided"]
        assert [each.state.value for each in house.mails(reference, "bundle_voided")] == ["sent"]
        assert house.events(reference)[-2:] == ["agreement.voided", "message.sent"]


def test_only_what_was_chosen_is_withdrawn(an: Together, house: House) -> None:
    first, second, third = an.references
    void.void(house.deps, first, WHY, house.staff)
    assert house.kinds(first)[-1] == "voided"
    assert in_batch(house, BatchKind.VOID, [second], reason=WHY) == [1, 1]
    assert house.kinds(second)[-1] == "voided"
    assert an.states() == {first: "voided", second: "voided", third: "open"}


def test_a_worker_that_is_killed_has_withdrawn_all_or_none(
    an: Together, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = void_together.tell_about_all

    def killed(*given: Any, **more: Any) -> Any:
        whole(*given, **more)
        raise Killed

    monkeypatch.setattr(void_together, "tell_about_all", killed)
    with pytest.raises(Killed):
        in_batch(house, BatchKind.VOID, an.references, reason=WHY)
    assert set(an.states().values()) == {"open"}
    monkeypatch.undo()
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(batch.run, [house.deps] * 2))
    assert [house.kinds(each)[1:] for each in an.references] == [["bundle_voided"]] * 3
    assert [each.state.value for each in batch.newest(house.deps, house.staff)] == ["done"]


def test_what_expires_together_is_told_of_in_one_mail(an: Together, house: House) -> None:
    an.enter()
    for reference in an.references:
        house.forget_time(reference)
    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(lambda _: expire.expire(house.deps), range(2))) == 3
    assert set(an.states().values()) == {"expired"}
    assert [house.kinds(each)[1:] for each in an.references] == [["bundle_expired"] * 2] * 3
    newest(house, "bundle_expired")
    kept = mailbox(house.deps.settings)
    mails = {each.to: kept.read(each.id).text for each in kept.list()}
    assert len(kept.list()) == 2
    theirs, ours = mails["An Peeters <an@peeters.example>"], mails["Els Maes <els@it4.example>"]
    assert f"Vraag dan nieuwe links:\nhttp://localhost/tekenen/bundel/{an.token}" in theirs
    for number, reference in enumerate(an.references, 1):
        assert f"- Zaak {number}: liep af op" in theirs
        assert f"- Zaak {number} ({reference}): liep af op" in ours
        assert house.events(reference).count("message.sent") == 2
    assert "http://localhost/overeenkomsten\n" in ours


def test_each_end_of_a_term_is_told_of(an: Together, house: House) -> None:
    first, second, third = an.references
    for reference in an.references:
        house.forget_time(reference)
    expire.expire(house.deps)
    for reference in (first, second):  # back, each with a link of its own
        extend.extend(house.deps, reference, "10", house.staff)
    house.forget_time(second)
    assert expire.expire(house.deps) == 1
    assert house.kinds(second)[-2:] == ["expired", "expired"]
    assert in_batch(house, BatchKind.EXTEND, [third], days="10") == [1, 1]


def test_what_was_signed_is_said_apart(an: Together, house: House) -> None:
    first, second, _ = an.references
    an.enter()
    secret = an.ready(first)
    house.prepared(first, secret)
    house.sign(first, secret)
    for reference in (first, second):
        house.forget_time(reference)
    assert expire.expire(house.deps) == 2
    sent, noted = house.mails(second, "bundle_expired")[0], house.mails(first, "bundle_expired")[0]
    assert (sent.sent_as, noted.sent_as, noted.link_id) == (None, sent.id, None)
    deliver.deliver(house.deps, sent.id)
    kept = mailbox(house.deps.settings)
    text = kept.read(kept.list()[0].id).text
    assert f"http://localhost/tekenen/bundel/{an.token}" in text
    assert "- Bakkerij Peeters: liep af op" in text
    assert ", u had al ondertekend\n- Zaak 2: liep af op" in text
