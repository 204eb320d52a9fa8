"""A waiting mail has codes and moments; they become text when it is sent."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.agreement.capabilities import Purpose
from service.agreement.changes import LOOK, PUBLIC_PAGE, Matter
from service.agreement.permissions import Role
from service.mail.account_kinds import RoleAsked
from service.mail.compose import ABOUT, COMMON, MAIL_KINDS
from service.mail.in_words import MOMENTS, in_words
from service.mail.kinds import Code, CountersignDigest, Mail, Waiting
from service.mail.plain import plain
from service.texts import OURS, text

AT_NIGHT = "2026-03-01T23:30:00+00:00"
# The kind of mail, the value as stored now and in the former version, and the text of both.
VALUES: list[tuple[str, str, Any, Any, Any]] = [
    ("invitation", "valid_until", "2026-03-02", "2 maart 2026", "2 maart 2026"),
    ("receipt", "signed_at", AT_NIGHT, "2 maart 2026 om 00:30", "2 maart 2026 om 00:30"),
    ("countersign", "signed_at", "", "", ""),  # the processor signs first
    ("declined", "reason", "content", "De inhoud klopt niet", "De inhoud klopt niet"),
    ("alarm", "what", "job.tidy", text("labels.job.tidy", OURS), text("labels.job.tidy", OURS)),
    ("alarm", "reason", "", "nog niet bekend", "nog niet bekend"),
    (
        "alarm",
        "others",
        ["job.tidy", "VO-1 (X)"],
        ["Y", "Z"],
        [text("labels.job.tidy", OURS), "VO-1 (X)"],
    ),
    ("countersign", "flags", ["delegated"], [], [text("labels.flag.delegated", OURS)]),
    ("account_changed", "about_name", "", "Onze gegevens", "Onze gegevens"),
    ("account_changed", "about_name", plain(Matter.template("X")), "Sjabloon X", "Sjabloon X"),
    ("account_changed", "about_name", plain(LOOK), "Uiterlijk", "Uiterlijk"),
    ("account_changed", "about_name", plain(PUBLIC_PAGE), "Openbare pagina", "Openbare pagina"),
    (
        "account_changed",
        "changes",
        [{"what": "given", "values": {"roles": ["beheer", "verkoop"]}}],
        ["Rol gekregen: Verkoop."],
        ["Rol gekregen: Verkoop, Beheer."],
    ),
    ("role_asked", "roles", ["beheer", "verkoop"], "Verkoop, Beheer", "Verkoop, Beheer"),
    (
        "undeliverable",
        "mail",
        "code",
        text("message_kinds.code", OURS),
        text("message_kinds.code", OURS),
    ),
]


@pytest.mark.parametrize(("kind", "name", "kept", "before", "read"), VALUES)
def test_what_is_kept_is_printed(kind: str, name: str, kept: Any, before: Any, read: Any) -> None:
    assert in_words(kind, {name: kept}, OURS) == {name: read}
    former = read if isinstance(before, str) else before
    assert in_words(kind, {name: before}, OURS) == {name: former}


def test_what_people_typed_stays_theirs() -> None:
    typed = {"reason": "content", "message": "2026-03-02", "question": AT_NIGHT}
    assert in_words("voided", typed, OURS) == typed


def test_a_list_of_agreements_is_printed_line_by_line() -> None:
    line = {"organisation": "X", "signed_at": AT_NIGHT, "flags": ["delegated"]}
    (read,) = in_words("countersign_digest", {"agreements": [line]}, OURS)["agreements"]
    assert read["signed_at"] == "2 maart 2026 om 00:30"
    assert read["flags"] == [text("labels.flag.delegated", OURS)]


def test_every_moment_in_a_mail_is_printed() -> None:
    needed = set().union(*MAIL_KINDS.values())
    moments = {name for name in needed if name.endswith(("_at", "_on", "_date", "until", "since"))}
    assert moments == set(MOMENTS)


def test_what_a_step_tells_is_what_its_mail_needs() -> None:
    """Beside what is common, and the links and the code that are added when it is sent."""
    added = COMMON | ABOUT | {"link", "code", "verify_link"}
    told = {each.kind: {field.name for field in fields(each)} for each in Mail.__subclasses__()}
    assert told.keys() == MAIL_KINDS.keys()
    for kind, needed in MAIL_KINDS.items():
        assert told[kind] == needed - added, kind


def test_a_mail_is_kept_as_codes_and_instants() -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    waiting = Waiting("X", "VO-1", at, ("minors",))
    kept = CountersignDigest([waiting, replace(waiting, signed_at=None)], 2, 3).kept()
    assert kept["agreements"] == [
        {"organisation": "X", "reference": "VO-1", "signed_at": AT_NIGHT, "flags": ["minors"]},
        {"organisation": "X", "reference": "VO-1", "signed_at": "", "flags": ["minors"]},
    ]
    assert Code(10, Purpose.SIGN).kept() == {"minutes": 10, "purpose": "sign"}
    role = RoleAsked("An", [Role.ADMIN], "Els").kept()
    assert json.loads(json.dumps(role))["roles"] == ["beheer"]
