"""An agreement countersigned under a mandate is rebuilt from the bucket, equal to the former."""

from __future__ import annotations

import dataclasses
import uuid

from colleagues import add_colleague
from emptied import empty
from house import House
from mandates import PLAIN, give
from rebuilding import NOT_IN_A_PACKAGE, WHOLE, comparable, everything, rebuilt

from service.agreement.mandate import Mandate
from service.agreement.permissions import Role
from service.workflow.keeping import renew_stamps, retain
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.put_in_index import ADDED, DIFFERENT, PRESENT
from service.workflow.people import mandate as mandates
from service.workflow.signing import under_mandate

OF_STAFF = {"mandates", "mandate_states"}


# Compared apart: by person, and by ``test_rebuild_index``.
_OTHER = {"audit_entries", "audit_personal", "staff", "processor_profiles", *OF_STAFF}


def _another_with_its_number(house: House, given: Mandate) -> None:
    person = add_colleague(house.deps, "ann@it4.example", Role.SIGNATORY, name="Ann Peeters")
    other = dataclasses.replace(given, id=str(uuid.uuid4()), staff_id=person.id)
    with house.deps.database.begin() as tx:
        assert tx.mandates.restore(other)


def _signatory_and_owner_are_named(house: House) -> None:
    people = house.rows("select name, email, function, active from staff order by name")
    (owner, signatory) = [tuple(row) for row in people]
    assert signatory == ("Jan Claes", "jan@it4.example", "Directeur", False)
    assert (owner[0], owner[3]) == (house.staff.name, False)


def test_the_index_is_equal_and_the_mandate_in_force_no_longer(unwatched_house: House) -> None:
    house = unwatched_house
    house.sample = PLAIN
    # Somebody who did nothing else, so that only the mandate and the act name them.
    signatory = add_colleague(
        house.deps, "jan@it4.example", Role.SIGNATORY, name="Jan Claes", function="Directeur"
    )
    given = give(house.deps, signatory)
    reference = house.sent(countersigner=signatory.id)
    house.signed(reference)
    agreement_id = house.agreement(reference).id
    under_mandate.sign_under_mandate(house.deps, agreement_id)
    house.archive(reference)
    with house.deps.database.begin() as tx:
        tx.documents.drop_working_copies(agreement_id)
    house.rows(
        "update archive_states set judged_twice_at = now(), stored_at = now() - interval '31 days'"
    )
    assert retain.shed(house.deps) == 1
    renew_stamps.renew_stamps(house.deps)  # notes when the present ones end
    before, dossier = everything(house), dossier_of(house.deps, reference, house.staff)
    assert dossier.agreement.effective_date

    empty(house.deps.database.url)
    assert rebuilt(house).result == ADDED
    after, own = everything(house), {agreement_id}
    for table in sorted((NOT_IN_A_PACKAGE.keys() | WHOLE) & after.keys() - _OTHER):
        told = [comparable(table, found[table], own) for found in (after, before)]
        assert told[0] == told[1], table
    for table in OF_STAFF:
        left_out = NOT_IN_A_PACKAGE.get(table, set())
        (now,), (then,) = (
            [{k: v for k, v in row.items() if k not in left_out} for row in found[table]]
            for found in (after, before)
        )
        assert now == then
    _signatory_and_owner_are_named(house)
    (kept,) = mandates.all_mandates(house.deps, house.staff)
    assert (kept.standing, kept.used.total) == ("restored", 1)
    assert kept.mandate.canonical == given.canonical
    found = dossier_of(house.deps, reference, house.staff)
    assert {place: act.record.mandate for place, act in found.acts.items()} == {
        place: act.record.mandate for place, act in dossier.acts.items()
    }
    assert rebuilt(house).result == PRESENT

    empty(house.deps.database.url)
    _another_with_its_number(house, given)
    outcome = rebuilt(house)
    assert (outcome.result, outcome.different) == (DIFFERENT, ("mandate.number",))
