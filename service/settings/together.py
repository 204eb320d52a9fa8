"""Checks combinations of settings: pairs, choices, and production."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.settings.choices import PRODUCTION, SEAL_MAY_HAVE, SEAL_NEEDS
from service.settings.transport import in_the_clear, is_plain


def seen_together(
    values: Mapping[str, Any], given: Iterable[str]
) -> Iterator[tuple[str, dict[str, object]]]:
    """The problems of combinations of settings, as codes with their values."""
    given = set(given)
    for one, other in (
        ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"),
        ("S3_WEB_ACCESS_KEY_ID", "S3_WEB_SECRET_ACCESS_KEY"),
        ("S3_PREPARE_ACCESS_KEY_ID", "S3_PREPARE_SECRET_ACCESS_KEY"),
        ("SMTP_USER", "SMTP_PASSWORD"),
        ("ZEGEL_SEAL_KEYSTORE", "ZEGEL_SEAL_ROOT"),
        ("ZEGEL_TRUSTED_LIST", "ZEGEL_TRUSTED_LIST_SIGNERS"),
    ):
        if (one in given) != (other in given):
            yield "only_together", {"one": one, "other": other}
    if "DATABASE_OWNER_URL" in given and "DATABASE_URL" not in given:
        yield "required_with", {"name": "DATABASE_URL", "other": "DATABASE_OWNER_URL"}
    if "SMTP_HOST" in given and "MAIL_FROM" not in given:
        yield "required_with", {"name": "MAIL_FROM", "other": "SMTP_HOST"}
    yield from _of_the_seal(values["seal_provider"], given)
    yield from _of_time_stamps(values, given)
    if values["mode"] == PRODUCTION:
        yield from _wanted_in_production(values, given)


def _of_the_seal(provider: str, given: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """What one kind of key lacks, and what is set only for another kind."""
    for name in SEAL_NEEDS[provider]:
        if name not in given:
            yield "required_for", {"name": name, "choice": provider}
    for other in SEAL_NEEDS:
        for name in (*SEAL_NEEDS[other], *SEAL_MAY_HAVE[other]):
            if other != provider and name in given:
                yield "only_for", {"name": name, "choice": other}


def _of_time_stamps(
    values: Mapping[str, Any], given: set[str]
) -> Iterator[tuple[str, dict[str, object]]]:
    """Without an authority's root, no file that it stamped would pass verification."""
    if "ZEGEL_TSA_URLS" in given and "ZEGEL_TSA_ROOTS" not in given:
        yield "required_with", {"name": "ZEGEL_TSA_ROOTS", "other": "ZEGEL_TSA_URLS"}
    for name in (
        "ZEGEL_TSA_POLICIES",
        "ZEGEL_TSA_PER_MINUTE",
        "ZEGEL_TSA_AUTHORIZATION",
        "ZEGEL_TRUSTED_LIST",
    ):
        if name in given and "ZEGEL_TSA_URLS" not in given:
            yield "required_with", {"name": "ZEGEL_TSA_URLS", "other": name}
    for url in values["tsa_authorization"]:
        if url not in values["tsa_urls"]:
            yield "no_such_service", {"name": "ZEGEL_TSA_AUTHORIZATION", "url": url}


def _wanted_in_production(
    values: Mapping[str, Any], given: set[str]
) -> Iterator[tuple[str, dict[str, object]]]:
    for name in ("ZEGEL_BASE_URL", "ZEGEL_SECRET_KEY", "SMTP_HOST"):
        if name not in given:
            yield "required", {"name": name}
    if "ZEGEL_BASE_URL" in given and not values["base_url"].startswith("https://"):
        yield "not_https", {"name": "ZEGEL_BASE_URL"}
    if is_plain(values["kms_endpoint_url"]):
        yield "not_https", {"name": "ZEGEL_KMS_ENDPOINT_URL"}
    for spot in in_the_clear(values):
        if not spot.reason:
            yield spot.code, {"name": spot.setting, "other": spot.reason_setting}
    if values["embedded"]:
        return
    if "DATABASE_URL" not in given:
        yield "not_embedded", {"name": "DATABASE_URL"}
    if store_is_embedded(given):
        yield "not_embedded", {"name": "S3_ENDPOINT_URL"}


def store_is_embedded(given: set[str]) -> bool:
    """Amazon needs no endpoint, and on its machines no keys; then a region selects it."""
    return not given & {
        "S3_ENDPOINT_URL",
        "S3_ACCESS_KEY_ID",
        "S3_WEB_ACCESS_KEY_ID",
        "S3_PREPARE_ACCESS_KEY_ID",
        "S3_REGION",
    }
