"""Prepares the types of asn1crypto before two threads can need them.

The library prepares a type when its first value is made. A second thread that looks meanwhile finds
half of it and fails with ``KeyError``; this happened to two threads sealing first in a process. A
module is imported by one thread, so each module that defines types, or imports a library that does,
calls ``prepare`` at import.
"""

from collections.abc import Iterator

from asn1crypto import algos, cms, core, crl, keys, ocsp, tsp, x509

DEFINED_IN = (algos, cms, crl, keys, ocsp, tsp, x509)


def defined(parent: type[core.Asn1Value] = core.Asn1Value) -> Iterator[type[core.Asn1Value]]:
    """Every type defined so far that can have values."""
    for each in parent.__subclasses__():
        if each is not core.Choice:
            yield each
        yield from defined(each)


def prepare() -> None:
    """Prepare the types defined so far; takes 4 ms the first time."""
    for each in defined():
        each()
