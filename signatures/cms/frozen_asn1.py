"""CMS values whose bytes are final.

asn1crypto takes a value whose length happens to end in the byte 0x80 for one of indefinite length
and encodes it anew, and encodes what was built in memory (or has a default deep inside, such as
the hash algorithm of ESSCertIDv2) several times at every level that it is put into: three to the
power of ten times for a token in a signature. One act in twenty then took five seconds, and by
the sizes of an installation's certificates it could be every one. These two are never encoded
again.
"""

from asn1crypto import cms

from signatures.cms import asn1_types


class FinalToken(cms.ContentInfo):  # type: ignore[misc]
    """A time stamp token as its authority encoded it."""

    def _is_mutated(self) -> bool:
        return False

    def _set_contents(self, force: bool = False) -> None:
        """Nothing: the contents are final."""


class FinalAttributes(cms.CMSAttributes):  # type: ignore[misc]
    """The signed or unsigned attributes of a seal, once they are complete."""

    def _is_mutated(self) -> bool:
        return False

    def _set_contents(self, force: bool = False) -> None:
        """Nothing: the contents are final."""


asn1_types.prepare()
