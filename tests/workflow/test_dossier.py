"""The dossier states truthfully in every state what happened and what is next."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from bakery import DETAILS, LISTS, PRE_SIGNED
from house import BROWSER, House

from service.agreement.drafting import Input
from service.agreement.permissions import Role, Staff
from service.agreement.states import PlaceState
from service.web.staff.next_step import allowed, next_step
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import answer, expire, generate, send, void
from service.workflow.signing import ask, complete, decline


def says(house: House, reference: str, *words: str, staff: Staff | None = None) -> None:
    """The sentences above the buttons contain these words."""
    staff = staff or house.staff
    step = next_step(dossier_of(house.deps, reference, staff), staff)
    said = f"{step.title}: {step.about}"
    assert [each for each in words if each not in said] == [], said
    assert not re.search(r"\{|  |op \.|met \.", said), said


def offered(house: House, reference: str) -> frozenset[str]:
    """The actions offered there."""
    found = dossier_of(house.deps, reference, house.staff)
    return allowed(found, house.staff, copying=True)


def test_the_customer_first(house: House, another: Callable[..., Staff]) -> None:
    reference = house.draft()
    says(house, reference, "Klaar om te versturen?", "An Peeters krijgt op an@peeters.example")
    send.send(house.deps, reference, house.staff)
    says(house, reference, "Wacht op An Peeters: De mail met de link vertrekt nu naar an@")
    house.deliver(reference)
    says(house, reference, "De link is gemaild naar an@peeters.example. De link werkt tot en met")
    secret = house.opened(reference)
    says(house, reference, "An Peeters heeft de link geopend: Dat was op", "niet ingevuld")
    ask.ask(house.deps, secret, "Wat is een DPO?", BROWSER)
    says(house, reference, "Een vraag wacht op antwoord: An Peeters stelde ze op")
    (question,) = dossier_of(house.deps, reference, house.staff).questions
    answer.answer(house.deps, reference, question.id, "Iemand die toekijkt.", house.staff)
    complete.save_details(house.deps, secret, Input(DETAILS), BROWSER)
    says(house, reference, "De gegevens zijn bevestigd, Bijlage 1 is nog niet klaar.")
    complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    says(house, reference, "Het document wordt gemaakt")
    generate.generate(house.deps, house.agreement(reference).id)
    says(house, reference, "An Peeters kan ondertekenen", "de tekst ligt vast")
    house.reopened(secret)
    says(house, reference, "An Peeters wijzigt nog iets", "wordt de tekst opnieuw gemaakt")
    complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    generate.generate(house.deps, house.agreement(reference).id)
    house.sign(reference, house.prepared(reference, secret))
    ours = "De klant ondertekende op", "uiterlijk op", "Met die handtekening is de overeenkomst"
    says(house, reference, "Wacht op uw handtekening", *ours)
    says(house, reference, "Wacht op Els Maes", *ours, staff=another(Role.SIGNATORY, Role.SALES))
    assert {"countersign", "void", "extend"} <= offered(house, reference)
    house.countersign(reference)
    says(house, reference, "Door beide partijen ondertekend", "van kracht sinds")
    assert not {"countersign", "void", "extend", "resend"} & offered(house, reference)


def test_we_first_and_what_was_signed_stays_signed(house: House) -> None:
    reference = house.draft(PRE_SIGNED, **LISTS)
    says(house, reference, "Wij ondertekenen eerst. Daarna krijgt An Peeters op an@")
    send.send(house.deps, reference, house.staff)
    generate.generate(house.deps, house.agreement(reference).id)
    says(house, reference, "Er heeft nog niemand ondertekend.", "Na die handtekening krijgt An")
    assert "resend" not in offered(house, reference)
    timeline = dossier_of(house.deps, reference, house.staff).timeline
    assert "Klaargezet: wij ondertekenen eerst" in timeline[1].sentence
    house.countersign(reference)
    says(house, reference, "Wacht op An Peeters: Els Maes ondertekende namens ons op", "vertrekt")
    secret = house.opened(reference)
    says(house, reference, "An Peeters kan ondertekenen", "De klant opende de link op")
    decline.decline(house.deps, secret, "content", "Artikel 6", BROWSER)
    lapsed = "Wat al ondertekend was, telt niet meer."
    why = "Reden: De inhoud klopt niet. Artikel 6"
    says(house, reference, "An Peeters ondertekent niet: De klant weigerde op", lapsed, why)
    assert list(house.agreement(reference).places.values()).count(PlaceState.SIGNED) == 1


@pytest.mark.parametrize("signed", [False, True])
def test_withdrawn_after_the_term(house: House, signed: bool) -> None:
    reference = house.sent()
    if signed:
        house.signed(reference)
    house.forget_time(reference)
    expire.expire(house.deps)
    so_far = "De klant ondertekende op" if signed else "Er heeft nog niemand ondertekend."
    says(house, reference, "De termijn is verstreken: Ondertekenen kon tot en met", so_far)
    void.void(house.deps, reference, "Dubbel", house.staff)
    says(house, reference, "Ingetrokken: Els Maes trok de overeenkomst in op", "Reden: Dubbel")
    states = list(house.agreement(reference).places.values())
    assert states.count(PlaceState.SIGNED) == (2 if signed else 0)
    assert states.count(PlaceState.LAPSED) == (1 if signed else 3)


def test_a_link_that_did_not_arrive(house: House) -> None:
    reference = house.sent()
    house.rows("update messages set state = 'refused', last_error = '550 unknown'")
    says(house, reference, "De mail met de link is niet aangekomen op an@peeters.example.")


def test_copies_that_wait_and_that_arrived(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    says(house, reference, "zodra het in het archief staat")
    house.rows("update messages set state = 'sent' where kind = 'completed'")
    says(house, reference, "Beide partijen kregen hetzelfde document per mail.")
    house.rows(
        "update messages set state = 'refused' where kind = 'completed' and recipient like 'an@%'"
    )
    says(house, reference, "Voltooid, maar een mail is niet aangekomen")
