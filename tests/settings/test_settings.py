"""Settings: what a development machine needs (nothing), what production needs, and each refusal."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.error_words import words_of
from service.settings.table import Settings, SettingsError, development_secret, load_settings
from signatures.keys.authority import create_authority

PRODUCTION = {
    "ZEGEL_MODE": "production",
    "ZEGEL_BASE_URL": "https://zegel.example",
    "ZEGEL_SECRET_KEY": "k" * 32,
    "ZEGEL_ORGANISATION": "IT4Professionals",
    "ZEGEL_KEY_PASSPHRASE": "een lange wachtzin",
    "DATABASE_URL": "postgresql://zegel:pw@db/zegel?sslmode=verify-full",
    "S3_ENDPOINT_URL": "https://s3.example",
    "S3_ACCESS_KEY_ID": "sleutel",
    "S3_SECRET_ACCESS_KEY": "geheim",
    "SMTP_HOST": "mail.example",
    "MAIL_FROM": "Zegel <zegel@example.org>",
}


def production(**changes: str | None) -> dict[str, str]:
    return {name: v for name, v in (PRODUCTION | changes).items() if v is not None}


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ)
    return words_of(refused.value).split("\n- ")[1:]


def test_a_development_machine_needs_nothing() -> None:
    settings = load_settings({}, mode_default="development")
    assert settings.development
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.data_dir == Path("var").absolute()
    assert settings.key_dir == settings.data_dir / "sleutels"
    assert settings.database_url is None
    assert settings.embedded_object_store
    assert settings.smtp_host is None
    assert settings.secret_key is None
    assert (settings.lock_days, settings.retention_years, settings.link_days) == (400, 10, 30)


def test_production_with_everything_starts() -> None:
    settings = load_settings(PRODUCTION)
    assert not settings.development
    assert settings.secret_key == b"k" * 32
    assert settings.database_url == "postgresql+psycopg://zegel:pw@db/zegel?sslmode=verify-full"
    assert not settings.embedded_object_store


@pytest.mark.parametrize(
    "name",
    [
        "ZEGEL_BASE_URL",
        "ZEGEL_SECRET_KEY",
        "ZEGEL_ORGANISATION",
        "ZEGEL_KEY_PASSPHRASE",
        "SMTP_HOST",
        "DATABASE_URL",
    ],
)
def test_production_refuses_to_start_without(name: str) -> None:
    assert [name in problem for problem in problems(production(**{name: None}))] == [True]


def test_a_process_without_keys_needs_no_passphrase() -> None:
    given = production(ZEGEL_KEY_PASSPHRASE=None, ZEGEL_ORGANISATION=None)
    assert load_settings(given, keys=False).key_passphrase is None
    assert len(problems(given)) == 2


def test_embedded_engines_in_production_are_a_conscious_choice() -> None:
    without = production(
        DATABASE_URL=None, S3_ENDPOINT_URL=None, S3_ACCESS_KEY_ID=None, S3_SECRET_ACCESS_KEY=None
    )
    assert len(problems(without)) == 2
    settings = load_settings(without | {"ZEGEL_EMBEDDED": "true"})
    assert settings.database_url is None
    assert settings.embedded_object_store


def test_amazon_needs_a_region_only() -> None:
    settings = load_settings(
        production(
            S3_ENDPOINT_URL=None,
            S3_ACCESS_KEY_ID=None,
            S3_SECRET_ACCESS_KEY=None,
            S3_REGION="eu-west-1",
        )
    )
    assert not settings.embedded_object_store
    assert settings.s3_endpoint_url is None


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ZEGEL_MODE", "prod"),
        ("ZEGEL_PORT", "eight"),
        ("ZEGEL_PORT", "0"),
        ("ZEGEL_PORT", "65536"),
        ("ZEGEL_PORT", "-1"),
        ("ZEGEL_PORT", "²"),
        ("ZEGEL_BASE_URL", "http://zegel.example"),
        ("ZEGEL_BASE_URL", "https://zegel.example/pad"),
        ("ZEGEL_BASE_URL", "https://zegel.example:99999"),
        ("ZEGEL_BASE_URL", "zegel.example"),
        ("ZEGEL_SECRET_KEY", "k" * 31),
        ("ZEGEL_KEY_PASSPHRASE", "kort"),
        ("ZEGEL_STAFF_MAY_COPY_LINK", "ture"),
        ("ZEGEL_REMINDER_DAYS", "3,0"),
        ("ZEGEL_REMINDER_DAYS", "3,tien"),
        ("ZEGEL_REMINDER_DAYS", "3,,10"),
        ("ZEGEL_REMINDER_DAYS", "366"),
        ("ZEGEL_REMINDER_DAYS", "1,2,3,4,5"),
        ("ZEGEL_REMINDER_DAYS", "³"),
        ("ZEGEL_TSA_URLS", "https://a.example,ftp://b.example"),
        ("DATABASE_URL", "mysql://a/b"),
        ("S3_LOCK_MODE", "governance"),
        ("SMTP_SECURITY", "ssl"),
        ("MAIL_FROM", "niemand"),
        ("MAIL_FROM", "Zegel <zégel@example.org>"),
        ("MAIL_FROM", "Zegel <zegel@\ud800.org>"),
        ("MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, wrong: str) -> None:
    assert [p for p in problems(PRODUCTION | {name: wrong}) if p.startswith(name)]


@pytest.mark.parametrize(
    ("typed", "days"),
    [("5", (5,)), ("2, 9,-1", (2, 9, -1)), ("3,3", (3,)), ("geen", ()), ("", (3, 10, -3))],
)
def test_the_days_of_reminders(typed: str, days: tuple[int, ...]) -> None:
    assert load_settings(PRODUCTION | {"ZEGEL_REMINDER_DAYS": typed}).reminder_days == days


def test_all_problems_come_at_once() -> None:
    found = problems(
        production(ZEGEL_PORT="x", ZEGEL_LOCK_DAYS="x", SMTP_HOST=None, ZEGEL_PROT="8000")
    )
    assert len(found) == 4


def test_a_misspelt_name_is_refused() -> None:
    assert "ZEGEL_SECRET_KEI" in problems(PRODUCTION | {"ZEGEL_SECRET_KEI": "x"})[0]
    assert "ZEGEL_X_FILE" in problems(PRODUCTION | {"ZEGEL_X_FILE": "x"})[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"), ("SMTP_USER", "SMTP_PASSWORD")],
)
def test_halves_of_a_pair_are_refused(one: str, other: str) -> None:
    half = production(S3_ACCESS_KEY_ID=None, S3_SECRET_ACCESS_KEY=None) | {one: "alleen"}
    assert [one in p and other in p for p in problems(half)] == [True]


def test_every_value_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s" * 40 + "\n")
    settings = load_settings(production(ZEGEL_SECRET_KEY=None, ZEGEL_SECRET_KEY_FILE=str(file)))
    assert settings.secret_key == b"s" * 40


def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for path in (tmp_path / "absent", empty):
        found = problems(production(SMTP_HOST=None, SMTP_HOST_FILE=str(path)))
        assert [str(path) in problem for problem in found] == [True]


def test_a_value_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "host"
    file.write_text("mail.example")
    assert len(problems(PRODUCTION | {"SMTP_HOST_FILE": str(file)})) == 1


def test_a_variable_set_to_nothing_is_not_set() -> None:
    settings = load_settings(PRODUCTION | {"SMTP_USER": "", "ZEGEL_PORT": " "})
    assert settings.smtp_user is None
    assert settings.port == 8000


def test_lists_and_addresses_are_tidied(root: Path) -> None:
    settings = load_settings(
        PRODUCTION
        | {
            "ZEGEL_BASE_URL": "https://zegel.example/",
            "ZEGEL_TSA_URLS": "https://a.example/tsr, https://b.example",
            "ZEGEL_TSA_ROOTS": str(root),
        }
    )
    assert settings.base_url == "https://zegel.example"
    assert settings.tsa_urls == ("https://a.example/tsr", "https://b.example")


def test_no_secret_shows_when_settings_are_printed() -> None:
    shown = repr(load_settings(PRODUCTION | {"SMTP_USER": "u", "SMTP_PASSWORD": "postgeheim"}))
    for secret in ("kkkk", "een lange wachtzin", "pw@", "geheim"):
        assert secret not in shown


def test_the_development_secret_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    made = development_secret(tmp_path / "var")
    assert len(made) >= 32
    assert development_secret(tmp_path / "var") == made
    assert stat.S_IMODE((tmp_path / "var" / "secret-key").stat().st_mode) == 0o600


def test_settings_cannot_be_changed() -> None:
    settings: Settings = load_settings(dict(os.environ), mode_default="development")
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]


def test_each_place_of_the_seals_key_needs_its_own_settings() -> None:
    token = {
        "ZEGEL_PKCS11_LIBRARY": "/usr/lib/token.so",
        "ZEGEL_PKCS11_TOKEN": "zegel",
        "ZEGEL_PKCS11_KEY": "zegel-2026",
        "ZEGEL_PKCS11_PIN": "4711",
    }
    service = {"ZEGEL_KMS_KEY": "alias/zegel", "ZEGEL_KMS_REGION": "eu-west-1"}
    for chosen, needed in (("pkcs11", token), ("aws_kms", service)):
        choice = {"ZEGEL_SEAL_PROVIDER": chosen}
        assert load_settings(production(**choice, **needed)).seal_provider == chosen
        told = problems(production(**choice))
        assert len(told) == len(needed)  # all at once
        assert all(any(name in problem for problem in told) for name in needed)
    assert "4711" not in repr(load_settings(production(ZEGEL_SEAL_PROVIDER="pkcs11", **token)))


def test_a_setting_of_another_place_is_no_silent_nothing() -> None:
    assert len(problems(production(ZEGEL_KMS_KEY="alias/zegel"))) == 1
    assert len(problems(production(ZEGEL_SEAL_PROVIDER="hsm"))) == 1
    assert "ZEGEL_SEAL_ROOT" in problems(production(ZEGEL_SEAL_KEYSTORE="/keys/seal.p12"))[0]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root certificate in PEM, as published by an authority."""
    directory = tmp_path_factory.mktemp("authority") / "k"
    create_authority(directory, None, organisation="X", now=datetime.now(UTC))
    return directory / "root.pem"


def test_a_time_stamp_service_needs_its_root(root: Path) -> None:
    for mode in (PRODUCTION, {"ZEGEL_MODE": "development"}):
        found = problems(mode | {"ZEGEL_TSA_URLS": "https://a.example/tsr"})
        assert ["ZEGEL_TSA_ROOTS" in problem for problem in found] == [True]
    given = PRODUCTION | {"ZEGEL_TSA_URLS": "https://a.example/tsr", "ZEGEL_TSA_ROOTS": str(root)}
    assert len(load_settings(given).tsa_roots) == 1
    # Roots alone keep earlier stamps verifiable.
    assert load_settings(PRODUCTION | {"ZEGEL_TSA_ROOTS": str(root)}).tsa_urls == ()


def test_roots_that_are_none_are_refused(root: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path in (tmp_path / "absent.pem", empty, root.with_name("issuing.pem")):
        found = problems(PRODUCTION | {"ZEGEL_TSA_ROOTS": str(path)})
        assert [str(path) in problem for problem in found] == [True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZEGEL_TSA_POLICIES", "1.2.3"),
        ("ZEGEL_TSA_PER_MINUTE", "10"),
        ("ZEGEL_TSA_AUTHORIZATION", "https://b.example Basic eDp5"),
        ("ZEGEL_TRUSTED_LIST", "/x"),
    ],
)
def test_what_is_for_a_service_needs_one(name: str, value: str) -> None:
    assert any(name in each and "ZEGEL_TSA_URLS" in each for each in problems({name: value}))


def test_each_service_may_have_its_own_credentials(root: Path) -> None:
    given = PRODUCTION | {
        "ZEGEL_TSA_URLS": "https://a.example/tsr,https://b.example",
        "ZEGEL_TSA_ROOTS": str(root),
        "ZEGEL_TSA_AUTHORIZATION": "https://b.example Basic eDp5\n",
    }
    settings = load_settings(given)
    assert settings.tsa_authorization == {"https://b.example": "Basic eDp5"}
    assert "eDp5" not in repr(settings)
    for wrong in ("http://b.example Basic x", "https://b.example", "https://c.example Basic x"):
        assert problems(given | {"ZEGEL_TSA_AUTHORIZATION": wrong})
