"""Checks a time stamp service's answer completely before it is used.

RFC 3161: 2.4.2 (the answer), 2.3 (which certificates may stamp). Revocation is checked at the
close, see ``chains``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from asn1crypto import cms, tsp
from cryptography import x509

from signatures.chains.plain import Material, path_of
from signatures.cms import asn1_types, containers
from signatures.cms.containers import Container, NotIntact
from signatures.stamps.check import StampWrong, check_issued

CLOCKS_MAY_DIFFER = timedelta(seconds=60)
_GRANTED = ("granted", "granted_with_mods")


class _Answer(tsp.TimeStampResp):  # type: ignore[misc]
    """An answer, which may lack a token; the library's type requires one."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


asn1_types.prepare()


class StampRefused(Exception):
    """A service gave no usable token. ``code`` says why, ``detail`` what was found.

    Codes: ``unreachable``, ``too_slow``, ``too_large``, ``http`` (a status other than 200),
    ``pace`` (asked too often), ``no_answer`` (no RFC 3161 response), ``status``, ``imprint``,
    ``nonce``, ``policy``, ``certificate`` (it may not stamp, or not now), ``signature``, ``chain``
    (no configured root), ``clock`` (over a minute from ours), ``no_revocation`` (no information),
    ``revocation`` (unusable, or it revokes).
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Trust:
    """What an authority's tokens must lead to. ``issuers`` are for services that do not send them;
    ``policies`` are dotted numbers, empty accepts any."""

    roots: tuple[x509.Certificate, ...]
    issuers: tuple[x509.Certificate, ...] = ()
    policies: tuple[str, ...] = ()

    def path(self, token: Container) -> list[x509.Certificate] | None:
        """The path from the token's certificate to a root, or None."""
        others = Material([*token.certificates, *self.issuers], ())
        return path_of(token.certificate, self.roots, others)


def checked(
    answer: bytes, asked: tsp.TimeStampReq, trust: Trust, now: datetime
) -> tuple[tsp.TimeStampResp, Container]:
    """The answer and its token, completely checked. ``now`` is aware. Raises StampRefused."""
    try:
        response = _Answer.load(answer, strict=True)
        status = response["status"]["status"].native
    except (ValueError, TypeError, KeyError) as wrong:
        raise StampRefused("no_answer", repr(answer[:60])) from wrong
    if status not in _GRANTED:
        raise StampRefused("status", f"{response['status'].native}"[:200])
    try:
        token = containers.parsed(response["time_stamp_token"])
        info: Any = token.stamped
        if info is None:
            raise StampRefused("no_answer", "no time stamp inside")
        _check_info(info, asked, trust.policies)
        containers.check_token(token)
    except NotIntact as wrong:
        raise StampRefused("signature", str(wrong)) from wrong
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise StampRefused("no_answer", type(wrong).__name__) from wrong
    _check_certificate(token, trust, now)
    return tsp.TimeStampResp.load(answer), token


def _check_info(info: Any, asked: tsp.TimeStampReq, policies: Collection[str]) -> None:
    if info["message_imprint"].dump() != asked["message_imprint"].dump():
        raise StampRefused("imprint")
    if info["nonce"].native != asked["nonce"].native:
        raise StampRefused("nonce")
    policy = str(info["policy"].dotted)
    if policies and policy not in policies:
        raise StampRefused("policy", policy)


def _check_certificate(token: Container, trust: Trust, now: datetime) -> None:
    try:
        moment, _ = check_issued(token, trust.roots, trust.issuers)
    except StampWrong as wrong:
        code = {"use": "certificate", "ended": "certificate"}.get(wrong.code, wrong.code)
        raise StampRefused(code, wrong.detail) from wrong
    if abs(moment - now) > CLOCKS_MAY_DIFFER:
        raise StampRefused("clock", f"{moment} beside our {now}")


def split(certificates: Sequence[x509.Certificate]) -> Trust:
    """Divide the certificates of a file into roots (self-issued) and issuers.

    Raises ValueError without a root.
    """
    roots = tuple(each for each in certificates if each.subject == each.issuer)
    if not roots:
        raise ValueError("no root certificate")
    return Trust(roots, tuple(each for each in certificates if each not in roots))
