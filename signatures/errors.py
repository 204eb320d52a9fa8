"""Everything that can go wrong in this package, named by situation.

``SignatureError``
├── ``FieldError``            the PDF cannot carry (or does not have) the signature fields
├── ``UnprintableName``       a text has characters the signature font cannot show
├── ``ActOutOfOrder``         a field is already filled, or an earlier act is missing
├── ``AuthorityError``        the keys and certificates cannot be used (see its ``code``)
├── ``TokenInvalid``          a time stamp token does not prove what it should
└── ``TimestampUnavailable``  no configured time stamp service answered; try again later
"""


class SignatureError(Exception):
    """Base of all errors raised by this package."""


class FieldError(SignatureError):
    """The document cannot carry the signature fields, or does not have them."""


class UnprintableName(SignatureError):
    """A text contains characters that the signature font cannot show.

    ``characters`` lists them, each once, in order of appearance.
    """

    def __init__(self, characters: str) -> None:
        super().__init__(f"the signature font cannot show: {' '.join(characters)}")
        self.characters = characters


class ActOutOfOrder(SignatureError):
    """The field is already signed, or an act that has to come earlier is missing."""


class AuthorityError(SignatureError):
    """The keys and certificates cannot be used; ``code`` says why.

    Files: ``missing``, ``exists``, ``unreadable``, ``wrong_passphrase``, ``mismatch`` (a key or
    issuer is another's), ``expired``. A seal's certificate: ``wrong_usage``, ``weak``,
    ``untrusted`` (no chain to the root that was given), ``no_revocation`` (nobody says whether it
    was revoked). Keys elsewhere: ``no_library``, ``no_token``, ``wrong_pin``, ``no_key``,
    ``unavailable`` (worth trying again). Changes: ``superseded`` (another set of keys counts by
    now: begin again with that), ``unknown``, ``in_use``, ``issuer_gone``, ``revoked``.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class TimestampUnavailable(SignatureError):
    """None of the configured time stamp services gave a usable token; worth retrying."""


class TokenInvalid(SignatureError):
    """A time stamp token is unreadable, over other bytes, broken, or from nobody we trust."""
