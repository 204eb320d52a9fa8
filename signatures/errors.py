"""Everything that can go wrong in this package, named by situation.

``SignatureError``
├── ``FieldError``            the PDF cannot carry (or does not have) the signature fields
├── ``UnprintableName``       a text has characters the signature font cannot show
├── ``ActOutOfOrder``         a field is already filled, or an earlier act is missing
├── ``AuthorityError``        the keys and certificates cannot be used (see its ``code``)
├── ``TokenInvalid``          a time stamp token does not prove what it should
├── ``TimestampUnavailable``  no configured time stamp service answered; try again later
├── ``CertificateRefused``    a person's own certificate cannot sign an act (see its ``code``)
├── ``UploadRefused``         a file signed elsewhere is not what was asked (see its ``code``)
├── ``ReplyRefused``          what came back for a prepared act does not complete it
│   ├── ``ReplyTooLate``            after its term, or on another date than the picture says
│   ├── ``ReplyRepeated``           the place was signed meanwhile, by this reply or another
│   ├── ``ReplyForOtherDocument``   the working document is not the one that was prepared
│   ├── ``ReplyForOtherHash``       something else was signed than what was asked
│   ├── ``ReplyFromOtherCertificate``
│   └── ``SignatureWrong``          the value is no signature of that key over those bytes
└── ``SigningServiceError``   a signing service does not sign (see ``SigningServiceError.code``)
    ├── ``SigningServiceUnavailable``  no answer; worth trying again
    ├── ``AuthorisationRefused``       wrong PIN or one-time code, or locked
    └── ``AuthorisationExpired``       the permission to sign ended before it was used
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


class CertificateRefused(SignatureError):
    """A person's own certificate is not accepted for an act.

    ``code`` is ``not_ours`` (no chain to a root for persons), ``not_for_signing``, ``dates``,
    ``algorithm``, ``key``, ``extension``, ``root``, ``list`` (no current revocation list) or
    ``revoked``.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class UploadRefused(SignatureError):
    """A file that was signed elsewhere holds something else than the one signature asked for.

    ``code`` has a sentence in ``texts``; ``detail`` is for those who look into the file.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class ReplyRefused(SignatureError):
    """What a person's device or service sent back does not complete the act. Nothing changed."""


class ReplyTooLate(ReplyRefused):
    """The term of the prepared act is over; it has to begin again."""


class ReplyRepeated(ReplyRefused):
    """The place is signed already in the current working document."""


class ReplyForOtherDocument(ReplyRefused):
    """The act was prepared on another working document than the current one."""


class ReplyForOtherHash(ReplyRefused):
    """Another hash was signed than the one that was asked for."""


class ReplyFromOtherCertificate(ReplyRefused):
    """The reply is about another certificate than the one that the act was prepared for."""


class SignatureWrong(ReplyRefused):
    """The signature value does not verify with the certificate over what had to be signed."""


class SigningServiceError(SignatureError):
    """A person's signing service did not sign.

    ``code`` is what the service said, or ``answer`` when it said something that is no answer.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class SigningServiceUnavailable(SigningServiceError):
    """The service does not answer, or says that it cannot now; worth trying again."""


class AuthorisationRefused(SigningServiceError):
    """The person's PIN or one-time code was not accepted."""


class AuthorisationExpired(SigningServiceError):
    """The permission to sign (SAD) ended before the signature was made."""
