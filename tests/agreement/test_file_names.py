"""File names that a customer recognises and every system accepts."""

from __future__ import annotations

import pytest
from sample_agreements import agreement

from service.agreement.file_names import saved_as
from service.agreement.parties import Controller
from signatures.package.names import AGREEMENT, SHEET, SHOWN


def named(file: str, controller: str = "Brouwerij De Kroon") -> str:
    return saved_as(agreement(controller=Controller(name=controller)), file)


def test_both_parties_and_the_reference_stand_in_the_name() -> None:
    reference = agreement().reference
    parties = f"IT4Professionals - Brouwerij De Kroon ({reference})"
    assert named(AGREEMENT) == f"Verwerkersovereenkomst {parties}.pdf"
    assert named(SHEET) == f"Bewijsblad verwerkersovereenkomst {parties}.pdf"
    assert named(SHOWN) == f"Verwerkersovereenkomst {parties}, niet ondertekend.pdf"


def test_any_other_file_of_the_package_keeps_its_name() -> None:
    reference = agreement().reference
    assert named("zegels/bewijsblad.p7s") == f"{reference} bewijsblad.p7s"


@pytest.mark.parametrize(
    ("controller", "part"),
    [
        ('A/B\\C:D*E?F"G<H>I|J', "A B C D E F G H I J"),
        ("Jansen & Zn BV.", "Jansen & Zn BV"),
        ("Ó Brien-Łódź", "Ó Brien-Łódź"),
        ("N" * 200, "N" * 60),
    ],
)
def test_no_system_refuses_the_name(controller: str, part: str) -> None:
    assert f"- {part} (" in named(AGREEMENT, controller)
    assert len(named(SHEET, controller).encode()) < 255
