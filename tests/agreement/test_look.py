"""The look in a form: what is taken, what is refused and with which proposal, and introductions."""

from __future__ import annotations

import pytest

from service.agreement.look import INTRODUCED, PLAIN, Look, parse_look
from service.error_codes import FieldCode
from service.error_words import words_of
from service.errors import FieldError, Invalid
from service.texts import OURS

VALUES = {
    "name": "An {organisatie}",
    "organisation": "Bakkerij <Peeters>",
    "reference": "VO-2026-00042",
    "processor_name": "IT4",
}


def refused(**form: str) -> FieldError:
    with pytest.raises(Invalid) as wrong:
        parse_look(form, None)
    (error,) = wrong.value.errors
    return error


def test_it_works() -> None:
    form = {
        "accent": "7B2CBF",
        "reply_to": "contracten@IT4.example",
        "signature_line": " Team contracten ",
        "intro_invitation": "Dag {naam},\r\n\r\nhier is ze.",
        "intro_code": "  ",
        "subject_invitation": " Klaar:\r\nBcc: an@it4.example ",
        "subject_code": "\n",
    }
    look = parse_look(form, None)
    assert (look.accent, look.reply_to) == ("#7b2cbf", "contracten@it4.example")
    assert look.signature_line == "Team contracten"
    assert look.introductions == {"invitation": "Dag {naam},\n\nhier is ze."}
    assert look.subjects == {"invitation": "Klaar: Bcc: an@it4.example"}


def test_nothing_is_ours() -> None:
    assert parse_look({}, None) == parse_look({"accent": "#0f4f3c"}, None) == PLAIN


def test_a_pale_colour_is_refused_with_the_ground_the_figure_and_the_nearest() -> None:
    error = refused(accent="#ff6600")
    assert error.field == "accent"
    assert words_of(error) == (
        "#ff6600 is te licht om te lezen: op de lichte rand van een e-mail is het contrast "
        "2,57 : 1, en 4,5 : 1 is nodig. De dichtste kleur die kan, is #bc4900."
    )


def test_a_ratio_is_never_rounded_up_to_what_is_needed() -> None:
    assert "4,49 : 1" in words_of(refused(accent="#067a7f"))  # 4.49984


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"accent": "groen"}, FieldCode.COLOUR_INVALID),
        ({"reply_to": "contracten@"}, FieldCode.EMAIL_INVALID),
        ({"reply_to": "an@it4.example, jan@it4.example"}, FieldCode.EMAIL_INVALID),
        ({"reply_to": "an@it4.example\nBcc: jan@it4.example"}, FieldCode.EMAIL_INVALID),
        ({"signature_line": "x" * 121}, FieldCode.LENGTH),
        ({"signature_line": "Team\u202e"}, FieldCode.FORBIDDEN_CHARACTERS),
        ({"intro_invitation": "x" * 601}, FieldCode.LENGTH),
        ({"public_introduction": "x" * 601}, FieldCode.LENGTH),
        ({"subject_invitation": "x" * 101}, FieldCode.LENGTH),
        ({"subject_invitation": "Klaar\u202e"}, FieldCode.FORBIDDEN_CHARACTERS),
        ({"subject_invitation": "Klaar\x00"}, FieldCode.FORBIDDEN_CHARACTERS),
        ({"subject_invitation": "Voor {Naam}"}, FieldCode.PLACEHOLDER_UNKNOWN),
        ({"subject_invitation": "Voor {naam"}, FieldCode.PLACEHOLDER_BRACE),
        ({"intro_invitation": "Dag {Naam}"}, FieldCode.PLACEHOLDER_UNKNOWN),
        ({"intro_invitation": "Dag {naam.__class__}"}, FieldCode.PLACEHOLDER_UNKNOWN),
        ({"intro_invitation": "Dag {"}, FieldCode.PLACEHOLDER_BRACE),
        ({"intro_invitation": "Dag {}"}, FieldCode.PLACEHOLDER_BRACE),
        ({"intro_invitation": "Dag {{naam}}"}, FieldCode.PLACEHOLDER_BRACE),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(form: dict[str, str], code: FieldCode) -> None:
    with pytest.raises(Invalid) as wrong:
        parse_look(form, None)
    assert {error.field for error in wrong.value.errors} == form.keys()
    assert wrong.value.errors[0].code is code
    assert all(words_of(error) for error in wrong.value.errors)


def test_the_nearest_placeholder_is_proposed() -> None:
    error = refused(intro_reminder="Voor {organistatie}")
    assert words_of(error) == "Wij kennen {organistatie} niet. Bedoelt u {organisatie}?"


def test_placeholders_are_filled_once_and_paragraphs_kept() -> None:
    look = Look(introductions={"code": "Dag {naam},\nvoor {organisatie}.\n\n{kenmerk} {verwerker}"})
    assert look.introduction("code", VALUES, OURS) == [
        "Dag An {organisatie},\nvoor Bakkerij <Peeters>.",
        "VO-2026-00042 IT4",
    ]
    assert look.introduction("reminder", VALUES, OURS) == []


def test_every_subject_and_introduction_has_a_name_for_its_mistakes() -> None:
    for kind in INTRODUCED:
        assert refused(**{f"subject_{kind}": "x" * 101}).field == f"subject_{kind}"
        assert refused(**{f"intro_{kind}": "x" * 601}).field == f"intro_{kind}"
