"""What production refuses to send unencrypted over a network, and what a given reason allows."""

from __future__ import annotations

import pytest

from service.settings.table import load_settings
from service.settings.transport import in_the_clear, is_unverified
from tests.settings.test_settings import PRODUCTION, problems, production

DATABASE = "postgresql://zegel:pw@db.example/zegel"
CLEAR = {
    "SMTP_SECURITY": ("none", "ZEGEL_PLAIN_SMTP_REASON"),
    "S3_ENDPOINT_URL": ("http://s3.example", "ZEGEL_PLAIN_S3_REASON"),
    "DATABASE_URL": (DATABASE, "ZEGEL_PLAIN_DATABASE_REASON"),
    "DATABASE_OWNER_URL": (DATABASE, "ZEGEL_PLAIN_DATABASE_REASON"),
}
REASON = "een eigen kabel tussen twee machines"


@pytest.mark.parametrize("name", CLEAR)
def test_nothing_travels_readable_without_a_reason(name: str) -> None:
    wrong, allowed_by = CLEAR[name]
    [problem] = problems(production(**{name: wrong}))
    assert problem.startswith(name)
    assert allowed_by in problem
    settings = load_settings(production(**{name: wrong, allowed_by: REASON}))
    [spot] = in_the_clear(vars(settings))
    assert (spot.setting, spot.reason) == (name, REASON)
    for poor in ("ja", "x" * 301, "twee\nregels van een reden"):
        assert any(
            each.startswith(allowed_by)
            for each in problems(production(**{name: wrong, allowed_by: poor}))
        )
    assert not load_settings({name: wrong, **_with(name)}, mode_default="development").secret_key


def _with(name: str) -> dict[str, str]:
    return {"DATABASE_URL": DATABASE} if name == "DATABASE_OWNER_URL" else {}


def test_a_key_service_is_asked_over_tls() -> None:
    kms = {
        "ZEGEL_SEAL_PROVIDER": "aws_kms",
        "ZEGEL_KMS_KEY": "alias/zegel",
        "ZEGEL_KMS_REGION": "eu-west-1",
    }
    [problem] = problems(PRODUCTION | kms | {"ZEGEL_KMS_ENDPOINT_URL": "http://kms.example"})
    assert problem.startswith("ZEGEL_KMS_ENDPOINT_URL")
    assert load_settings(PRODUCTION | kms | {"ZEGEL_KMS_ENDPOINT_URL": "https://kms.example"})


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ("SMTP_HOST", "localhost"),
        ("SMTP_HOST", "127.0.0.1"),
        ("S3_ENDPOINT_URL", "http://127.0.0.1:8333"),
        ("S3_ENDPOINT_URL", "http://[::1]:8333"),
    ],
)
def test_what_stays_on_the_machine_needs_no_tls(changed: str, value: str) -> None:
    settings = load_settings(
        production(**{"SMTP_SECURITY": "none", "SMTP_HOST": "localhost", changed: value})
    )
    assert list(in_the_clear(vars(settings))) == []


@pytest.mark.parametrize(
    ("url", "unverified"),
    [
        ("postgresql:///zegel", False),
        ("postgresql://a@/zegel?host=/run/postgresql", False),
        ("postgresql://a@%2Frun%2Fpostgresql/zegel", False),
        ("postgresql://a:p@localhost:5432/zegel", False),
        ("postgresql://a:p@[::1]/zegel", False),
        ("postgresql://a:p@db/zegel?sslmode=verify-full&sslrootcert=system", False),
        ("postgresql://a:p@db/zegel?sslmode=verify-ca", False),
        ("postgresql://a:p@db/zegel?sslmode=require", True),
        ("postgresql://a:p@db/zegel?sslmode=prefer", True),
        ("postgresql://a:p@db/zegel?sslmode=verify-full&sslmode=disable", True),
        ("postgresql://a:p@db/zegel", True),
        ("postgresql://a:p@127.0.0.1,db/zegel", True),
        ("postgresql://a:p@localhost/zegel?host=db", True),
        ("postgresql://a:p@localhost/zegel?hostaddr=192.0.2.1", True),
        ("postgresql://a:p@%31%39%32.0.2.1/zegel", True),
        ("postgresql://a:p@[2001:db8::1]/zegel", True),
        ("postgresql://?service=zegel", True),
    ],
)
def test_a_database_elsewhere_is_verified(url: str, unverified: bool) -> None:
    assert is_unverified(url) is unverified
