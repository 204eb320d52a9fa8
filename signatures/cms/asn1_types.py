"""The types of asn1crypto, prepared before two threads can want one.

The library prepares a type when a value of it is first made, and another thread that looks
meanwhile finds half of it and fails with ``KeyError``: two threads that sealed first in a process
did. A module is imported by one thread, so each that defines types, or brings in a library that
does, calls ``prepare`` while it is imported.
"""

from collections.abc import Iterator

from asn1crypto import algos, cms, core, crl, keys, ocsp, tsp, x509

DEFINED_IN = (algos, cms, crl, keys, ocsp, tsp, x509)


def defined(parent: type[core.Asn1Value] = core.Asn1Value) -> Iterator[type[core.Asn1Value]]:
    """Every type that was defined until now and can have values."""
    for each in parent.__subclasses__():
        if each is not core.Choice:
            yield each
        yield from defined(each)


def prepare() -> None:
    """Prepare what was defined until now; four milliseconds the first time."""
    for each in defined():
        each()
