"""Prepares the types of asn1crypto at import: at first use, a second thread may find half a type
(``KeyError``). Each module that defines types, or imports a library that does, calls
``prepare``."""

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
