"""CMS values whose bytes are final and never encoded again.

asn1crypto mistakes a value whose length ends in the byte 0x80 for one of indefinite length and
encodes it again. Values built in memory (or with a default deep inside, such as the hash algorithm
of ESSCertIDv2) are encoded several times at every nesting level: 3^10 times for a token in a
signature. One act in twenty then took five seconds; with certificates of unlucky sizes it could be
every act.
"""

from asn1crypto import cms

from signatures.cms import asn1_types


class FinalToken(cms.ContentInfo):  # type: ignore[misc]
    """A time stamp token as its authority encoded it."""

    def _is_mutated(self) -> bool:
        return False

    def _set_contents(self, force: bool = False) -> None:
        """Do nothing: the contents are final."""


class FinalAttributes(cms.CMSAttributes):  # type: ignore[misc]
    """The signed or unsigned attributes of a seal, once they are complete."""

    def _is_mutated(self) -> bool:
        return False

    def _set_contents(self, force: bool = False) -> None:
        """Do nothing: the contents are final."""


asn1_types.prepare()
