"""Whether a time stamp service is qualified, by an EU trusted list (ETSI TS 119 612).

The operator provides the list and the certificates of its signer, which are in the European list of
lists. After its next update it proves nothing.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from lxml import etree
from signxml.exceptions import InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

log = logging.getLogger(__name__)

LARGEST_LIST = 50_000_000  # bytes; the largest national list is about ten million
TIME_STAMPS = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"  # 5.5.1.1
GRANTED = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"  # 5.5.4
_TSL = "{http://uri.etsi.org/02231/v2#}"
# The signature covers the list, which contains it (5.7.1), and the XAdES properties.
_CONFIGURATION = SignatureConfiguration(location="./", expect_references=True)


class ListUnusable(Exception):
    """The file is not a trusted list, or none of the given certificates signed it."""


@dataclass(frozen=True)
class Listed:
    """One qualified time stamp service; ``statuses`` are (since, status), newest first."""

    name: str
    certificates: tuple[x509.Certificate, ...]
    statuses: tuple[tuple[datetime, str], ...]

    def status_at(self, moment: datetime) -> str:
        """The status at that moment; '' before the first."""
        return next((status for since, status in self.statuses if since <= moment), "")


@dataclass(frozen=True)
class TrustedList:
    """The qualified time stamp services; ``ends`` is the list's next update (aware UTC)."""

    ends: datetime
    services: tuple[Listed, ...]

    def granted(self, path: Sequence[x509.Certificate], moment: datetime) -> bool:
        """Whether a stamp with this chain, its own certificate first, was qualified at ``moment``.

        A service is listed by its own certificate or its issuer's (5.5.3). A withdrawn service
        overrules other matches.
        """
        if moment > self.ends:
            return False
        matching = [each for each in self.services if set(each.certificates) & set(path)]
        return bool(matching) and all(each.status_at(moment) == GRANTED for each in matching)


class TrustedListFile:
    """The list in a file, read again when the file changes.

    Raises ListUnusable or OSError if it is unusable at the start.
    """

    def __init__(self, path: Path, signers: Sequence[x509.Certificate]) -> None:
        self._path = path
        self._signers = tuple(signers)
        self._read = self._now()

    def __call__(self) -> TrustedList | None:
        """The list; None if the file is now unusable: then nothing is qualified."""
        try:
            if self._stamp() != self._read[0]:
                self._read = self._now()
        except (OSError, ListUnusable) as problem:
            log.error("the trusted list cannot be used, nothing is qualified now: %s", problem)
            return None
        return self._read[1]

    def _now(self) -> tuple[tuple[int, int], TrustedList]:
        stamp = self._stamp()
        if stamp[1] > LARGEST_LIST:
            raise ListUnusable(f"more than {LARGEST_LIST} bytes")
        return stamp, read_trusted_list(self._path.read_bytes(), self._signers)

    def _stamp(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size


def read_trusted_list(data: bytes, signers: Sequence[x509.Certificate]) -> TrustedList:
    """Check the list's signature by one of ``signers``, and parse it. Raises ListUnusable."""
    root = _signed(data, signers)
    try:
        ends = _moment(_text(root, f"{_TSL}SchemeInformation/{_TSL}NextUpdate/{_TSL}dateTime"))
        services = tuple(
            _listed(each)
            for each in root.iter(f"{_TSL}TSPService")
            if _text(each, f"{_TSL}ServiceInformation/{_TSL}ServiceTypeIdentifier") == TIME_STAMPS
        )
    except ValueError as strange:
        raise ListUnusable(str(strange)) from strange
    return TrustedList(ends, services)


def _signed(data: bytes, signers: Sequence[x509.Certificate]) -> etree._Element:
    """Only the part of the file that was really signed."""
    refusals = []
    for signer in signers:
        try:
            found = XMLVerifier().verify(
                data,
                x509_cert=signer,
                expect_config=_CONFIGURATION,
            )
        except (InvalidSignature, etree.LxmlError, ValueError, TypeError, KeyError) as wrong:
            refusals.append(f"{signer.subject.rfc4514_string()}: {wrong}"[:200])
            continue
        for one in found if isinstance(found, list) else [found]:
            if one.signed_xml is not None and one.signed_xml.tag == f"{_TSL}TrustServiceStatusList":
                return one.signed_xml
        refusals.append("the list itself is not what is signed")
    raise ListUnusable("; ".join(refusals) or "no certificate to check it with")


def _listed(service: etree._Element) -> Listed:
    information = service.find(f"{_TSL}ServiceInformation")
    history = service.iterfind(f"{_TSL}ServiceHistory/{_TSL}ServiceHistoryInstance")
    statuses = [_status(each) for each in (information, *history) if each is not None]
    names = [name.text or "" for name in service.iter(f"{_TSL}ServiceName") for name in name]
    return Listed(
        name=next(iter(names), ""),
        certificates=tuple(_certificates(information)) if information is not None else (),
        statuses=tuple(sorted(statuses, reverse=True)),
    )


def _status(instance: etree._Element) -> tuple[datetime, str]:
    since = _moment(_text(instance, f"{_TSL}StatusStartingTime"))
    return since, _text(instance, f"{_TSL}ServiceStatus")


def _certificates(information: etree._Element) -> Iterator[x509.Certificate]:
    identity = information.find(f"{_TSL}ServiceDigitalIdentity")
    for each in () if identity is None else identity.iter(f"{_TSL}X509Certificate"):
        yield x509.load_der_x509_certificate(base64.b64decode(each.text or ""))


def _text(element: etree._Element, path: str) -> str:
    found = element.findtext(path)
    if not found or not found.strip():
        raise ValueError(f"no {path.rpartition('}')[2]}")
    return str(found).strip()


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written.replace("Z", "+00:00"))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
