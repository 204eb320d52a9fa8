"""The controller signs both places, or neither."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from house import BROWSER, House
from PIL import Image, ImageDraw
from usual import CONTROLLER_ANNEX

from service.agreement.act_record import AcceptedAct
from service.agreement.permissions import Role, Staff
from service.agreement.states import State
from service.database.agreement.documents import Documents
from service.errors import (
    Invalid,
    Refused,
)
from service.workflow.offer import copy_link
from service.workflow.signing import open_link, prove_mailbox, read, sign


def codes(wrong: Invalid) -> dict[str, str]:
    """The first code per field."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        found.setdefault(error.field, error.code)
    return found


def picture(blank: bool = False) -> bytes:
    """A drawn signature as a PNG."""
    image = Image.new("RGBA", (400, 120), (255, 255, 255, 0))
    if not blank:
        ImageDraw.Draw(image).line([(20, 100), (180, 20), (380, 90)], fill="black", width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# Signing ---------------------------------------------------------------------------------------


def test_two_acts_in_one_submission(house: House, another: Callable[..., Staff]) -> None:
    another(Role.SIGNATORY)  # not our signatory for this agreement
    reference = house.sent()
    secret = house.prepared(reference, house.ready(reference))
    receipt = house.sign(reference, secret)
    signed = house.agreement(reference)
    assert signed.state is State.IN_SIGNING
    assert signed.effective_date is None
    assert signed.awaits_processor
    acts = read.acts(house.deps, secret)
    assert [act.place.key for act in acts] == ["controller_agreement", "controller_annex"]
    assert receipt.signed_at == acts[1].signed_at
    record = acts[0].record.content
    assert record["document_sha256"] == signed.frozen_sha256
    assert [said["id"] for said in record["statements"]] == [*sign.AGREEMENT_STATEMENTS]
    assert "Bakkerij Peeters" in record["statements"][1]["text"]
    assert record["evidence"]["mailbox"]["address"] == "an@peeters.example"
    assert record["evidence"]["link"]["copied_by_staff"] is False
    told = [mail.recipient for mail in house.mails(reference, "countersign")]
    assert told == [house.staff.email]
    assert "seal" in house.jobs()


def test_a_repeated_signature_returns_the_same_receipt(house: House) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.ready(reference))

    def submit(_: int) -> datetime:
        return house.sign(reference, secret).signed_at

    with ThreadPoolExecutor(4) as threads:
        moments = set(threads.map(submit, range(8)))
    assert len(moments) == 1
    assert len(read.acts(house.deps, secret)) == 2
    assert house.kinds(reference).count("receipt") == 1
    found = sign.receipt(house.deps, secret)
    assert found is not None
    assert found.signed_at in moments


def test_when_the_second_act_fails_there_is_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.ready(reference))
    events = house.events(reference)
    really = Documents.add_act

    def fail_at_the_second(self: Documents, one: str, two: int, act: AcceptedAct) -> None:
        if act.place == CONTROLLER_ANNEX:
            raise RuntimeError("the machine stops here")
        really(self, one, two, act)

    with monkeypatch.context() as broken:
        broken.setattr(Documents, "add_act", fail_at_the_second)
        with pytest.raises(RuntimeError):
            house.sign(reference, secret)
    assert read.acts(house.deps, secret) == []
    assert house.agreement(reference).state is State.READY
    assert house.events(reference) == events
    house.sign(reference, secret)
    assert len(read.acts(house.deps, secret)) == 2


def test_nobody_signs_unread_unproved_unprepared_or_another_text(house: House) -> None:
    reference = house.sent()
    secret = house.ready(reference)
    digest = house.agreement(reference).frozen_sha256

    def refusal(step: Callable[[], Any]) -> str:
        with pytest.raises(Refused) as refused:
            step()
        return refused.value.code

    other = "0" * 64
    view = house.view(reference)

    def read_as(document: str, page: str) -> None:
        read.confirm_reading(house.deps, secret, document, BROWSER, view_sha256=page)

    assert refusal(lambda: read_as(other, view)) == "changed"
    assert refusal(lambda: read_as(digest, other)) == "changed"
    assert refusal(lambda: house.prepare(reference, secret)) == "code_first"
    assert refusal(lambda: house.sign(reference, secret)) == "code_first"
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    assert refusal(lambda: house.prepare(reference, secret)) == "changed"  # nothing was shown
    read_as(digest, view)
    assert refusal(lambda: house.prepare(reference, secret, document_sha256=other)) == "changed"
    assert refusal(lambda: house.sign(reference, secret)) == "signature_missing"
    house.prepare(reference, secret)
    assert refusal(lambda: house.sign(reference, secret, document_sha256=other)) == "changed"
    assert read.acts(house.deps, secret) == []


def test_another_browser_proves_for_itself(house: House) -> None:
    reference = house.sent()
    house.prepared(reference, house.ready(reference))
    other = house.opened(reference)
    with pytest.raises(Refused) as refusal:
        house.sign(reference, other)
    assert refusal.value.code == "code_first"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"said": {"read_and_agreed", "intent"}}, "statements", "statements_missing"),
        ({"said": set()}, "statements", "statements_missing"),
        ({"method": "stamped"}, "method", "choose"),
        ({"typed": " "}, "signature", "signature_missing"),
        ({"typed": "Jan Peeters"}, "signature", "signature_name"),
        ({"method": "drawn"}, "signature", "signature_missing"),
        ({"method": "drawn", "picture": b"GIF89a"}, "signature", "image_unreadable"),
        ({"method": "drawn", "picture": picture(blank=True)}, "signature", "signature_blank"),
        (
            {"method": "uploaded", "picture": picture(blank=True)},
            "signature",
            "signature_not_found",
        ),
        ({"method": "uploaded", "picture": b"\0\0\0\x24ftypheic"}, "signature", "image_heic"),
        ({"method": "uploaded", "picture": b"\x89PNG" * 5_000_001}, "signature", "image_too_large"),
    ],
)
def test_what_is_no_signature(house: House, given: dict[str, Any], field: str, code: str) -> None:
    reference = house.sent()
    secret = house.proved(reference, house.ready(reference))
    with pytest.raises(Invalid) as wrong:
        house.prepare(reference, secret, **given)
    assert codes(wrong.value) == {field: code}
    assert open_link.visit(house.deps, secret).session.pending is None


def test_bijlage_is_signed_too_or_nothing_is(house: House) -> None:
    reference = house.sent()
    secret = house.prepared(reference, house.ready(reference), typed="an peeters ", face="swift")
    with pytest.raises(Invalid) as wrong:
        house.sign(reference, secret, said=set())
    assert codes(wrong.value) == {"statements": "annex_confirm"}
    assert read.acts(house.deps, secret) == []
    house.sign(reference, secret)
    for act in read.acts(house.deps, secret):
        assert (act.record.content["typed"], act.record.content["face"]) == ("An Peeters", "swift")
        assert act.record.content["schema"] == "zegel-act/6"


def test_a_drawn_signature_is_encoded_anew(house: House) -> None:
    reference = house.sent()
    secret = house.ready(reference)
    drawn = picture()
    house.prepared(reference, secret, method="drawn", picture=drawn)
    house.sign(reference, secret)
    act = read.acts(house.deps, secret)[0]
    assert act.image is not None
    assert act.image.startswith(b"\x89PNG")
    assert act.image != drawn
    assert act.record.content["image_sha256"]
    assert act.record.content["face"] is None


def test_a_copied_link_stands_in_the_evidence(house: House) -> None:
    reference = house.sent()
    copy_link.copy_link(house.deps, reference, house.staff)
    secret = house.signed(reference)
    assert (
        read.acts(house.deps, secret)[0].record.content["evidence"]["link"]["copied_by_staff"]
        is True
    )
