"""Certificates as pyHanko wants them, safe to share between threads.

asn1crypto parses a value when it is first looked at and puts the parts into the object one by
one. A second thread that looks meanwhile finds a certificate with half its fields and fails with
``KeyError``. So what several threads may hold is parsed to its last part before anybody has it.
"""

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signatures.cms import asn1_types

asn1_types.prepare()


def asn1_certificate(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate, with nothing left to parse."""
    whole = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    _ = whole.native  # looks at every part, to the last
    _ = whole.critical_extensions  # these are gathered apart
    return whole
