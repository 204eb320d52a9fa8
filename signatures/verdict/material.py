"""The certificates and revocation lists in a file's containers and document security store (ETSI EN
319 142-1, 5.4.2). None is trusted for being there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography import x509

from signatures.chains.plain import Material
from signatures.cms.containers import Container
from signatures.pdf.objects import NotStrict, Ref
from signatures.pdf.revisions import Revisions

MOST = 60  # certificates, and lists


def material_in(file: Revisions, containers: Sequence[Container]) -> Material:
    """Everything readable; the rest counts as missing. The containers' tokens were read before."""
    certificates: dict[x509.Certificate, None] = {}
    for container in containers:
        certificates.update(dict.fromkeys(container.certificates))
        token = container.token
        certificates.update(dict.fromkeys(token.certificates if token else ()))
    for encoded in stored(file, "Certs"):
        try:
            certificates[x509.load_der_x509_certificate(encoded)] = None
        except ValueError:
            continue
    lists = []
    for encoded in stored(file, "CRLs"):
        try:
            lists.append(x509.load_der_x509_crl(encoded))
        except ValueError:
            continue
    return Material(list(certificates), lists)


def stored(file: Revisions, kind: str) -> list[bytes]:
    """The objects of one kind (``Certs``, ``CRLs``, ``OCSPs``) in the document security store."""
    last = len(file.all) - 1
    try:
        root = file.value(file.all[0].trailer.get("Root"), last)
        store: Any = file.value(root.get("DSS"), last)
        listed = store.get(kind, []) if isinstance(store, dict) else []
        streams = [file.read(each.number, last) for each in listed[:MOST] if isinstance(each, Ref)]
        return [stream.unfolded() for stream in streams]
    except (NotStrict, AttributeError, TypeError):
        return []
