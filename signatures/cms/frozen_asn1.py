"""CMS values whose bytes are final and never encoded again.

asn1crypto encodes again when a length ends in the byte 0x80, and values built in memory several
times per nesting level: 3^10 times for a token in a signature, five seconds in one act of twenty.
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
    """The complete signed or unsigned attributes of a seal."""

    def _is_mutated(self) -> bool:
        return False

    def _set_contents(self, force: bool = False) -> None:
        """Do nothing: the contents are final."""


asn1_types.prepare()
