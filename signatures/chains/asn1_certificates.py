"""Certificates in pyHanko's type, thread-safe.

asn1crypto parses lazily, so a second thread may find half the fields (``KeyError``); here
everything is parsed before it is shared.
"""

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signatures.cms import asn1_types

asn1_types.prepare()


def asn1_certificate(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate, completely parsed."""
    whole = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    _ = whole.native  # reads every part
    _ = whole.critical_extensions  # these are collected separately
    return whole
