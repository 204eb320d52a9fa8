"""A seal goes only into the next open field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signatures.errors import ActOutOfOrder
from signatures.sealing.seal import Sealer
from tests.signatures.conftest import SealedFile
from tests.signatures.making import act_for


@pytest.mark.parametrize("number", [1, 2])
def test_an_act_before_its_turn_is_refused(
    sealed_file: SealedFile, sealer: Sealer, number: int
) -> None:
    act = act_for(sealed_file.order[number], sealed_file.shown)

    with pytest.raises(ActOutOfOrder, match="comes before"):
        sealer.seal_act(sealed_file.shown, act, last=number == 2)


def test_an_act_is_not_sealed_twice(sealed_file: SealedFile, sealer: Sealer) -> None:
    act = act_for(sealed_file.order[0], sealed_file.shown)

    with pytest.raises(ActOutOfOrder, match="signed already"):
        sealer.seal_act(sealed_file.steps[0].pdf, act, last=False)


def test_a_place_without_field_is_refused(sealed_file: SealedFile, sealer: Sealer) -> None:
    act = replace(act_for(sealed_file.order[0], sealed_file.shown), place="elsewhere")

    with pytest.raises(ActOutOfOrder):
        sealer.seal_act(sealed_file.pdf, act, last=False)
