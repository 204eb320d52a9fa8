"""All errors of this package, named after the situation.

``SignatureError``
├── ``FieldError``            the PDF cannot carry (or does not have) the signature fields
├── ``UnprintableName``       a text has characters the signature font cannot show
├── ``ActOutOfOrder``         a field is already filled, or an earlier act is missing
├── ``AuthorityError``        the keys and certificates cannot be used (see its ``code``)
├── ``TokenInvalid``          a time stamp token does not prove what it should
├── ``TimestampUnavailable``  no configured time stamp service answered; try again later
├── ``CertificateRefused``    a person's own certificate cannot sign an act (see its ``code``)
├── ``UploadRefused``         a file signed elsewhere is not what was requested (see its ``code``)
├── ``ReplyRefused``          the reply for a prepared act does not complete it
│   ├── ``ReplyTooLate``            expired, or signed on another date than the appearance shows
│   ├── ``ReplyRepeated``           the place is already signed, by this reply or another
│   ├── ``ReplyForOtherDocument``   the working document is not the one that was prepared
│   ├── ``ReplyForOtherHash``       another hash was signed than the requested one
│   ├── ``ReplyFromOtherCertificate``
│   └── ``SignatureWrong``          the value is no signature of that key over those bytes
└── ``SigningServiceError``   a signing service does not sign (see ``SigningServiceError.code``)
    ├── ``SigningServiceUnavailable``  no answer; worth retrying
    ├── ``AuthorisationRefused``       wrong PIN or one-time code, or locked
    └── ``AuthorisationExpired``       the permission to sign expired before it was used
"""


class SignatureError(Exception):
    """Base of all errors raised by this package."""


class CodedError(SignatureError):
    """Base of those whose ``code`` says what is wrong; ``detail`` is for experts."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


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
    """The field is already signed, or an act that must come first is missing."""


class AuthorityError(CodedError):
    """The keys and certificates cannot be used; ``code`` says why.

    Files: ``missing``, ``exists``, ``unreadable``, ``wrong_passphrase``, ``mismatch`` (a key or
    issuer belongs to another certificate), ``expired``. A seal's certificate: ``wrong_usage``,
    ``weak``, ``untrusted`` (no chain to the given root), ``no_revocation`` (no information on
    revocation). Keys held elsewhere: ``no_library``, ``no_token``, ``wrong_pin``, ``no_key``,
    ``unavailable`` (worth retrying). Changes: ``superseded`` (another set of keys is now current:
    begin again with that), ``unknown``, ``in_use``, ``issuer_gone``, ``revoked``.
    """


class TimestampUnavailable(SignatureError):
    """No configured time stamp service gave a usable token; worth retrying."""


class TokenInvalid(SignatureError):
    """A time stamp token is unreadable, over other bytes, broken, or not from a trusted
    authority."""


class RecordInvalid(SignatureError):
    """A seal over a record proves nothing: it is over other bytes, or its chain ends elsewhere."""


class CertificateRefused(CodedError):
    """A person's own certificate is not accepted for an act.

    ``code`` is ``not_ours`` (no chain to a root for persons), ``not_for_signing``, ``dates``,
    ``algorithm``, ``key``, ``extension``, ``root``, ``list`` (no current revocation list) or
    ``revoked``.
    """


class UploadRefused(CodedError):
    """A file signed elsewhere holds something other than the one requested signature.

    ``code`` has a sentence in ``texts``.
    """


class ReplyRefused(SignatureError):
    """The reply of a person's device or service does not complete the act. Nothing changed."""


class ReplyTooLate(ReplyRefused):
    """The prepared act has expired; it must be started again."""


class ReplyRepeated(ReplyRefused):
    """The place is already signed in the current working document."""


class ReplyForOtherDocument(ReplyRefused):
    """The act was prepared for another working document than the current one."""


class ReplyForOtherHash(ReplyRefused):
    """Another hash was signed than the requested one."""


class ReplyFromOtherCertificate(ReplyRefused):
    """The reply uses another certificate than the act was prepared for."""


class SignatureWrong(ReplyRefused):
    """The signature value does not verify with the certificate over the bytes to be signed."""


class SigningServiceError(CodedError):
    """A person's signing service did not sign.

    ``code`` is the error of the service, or ``answer`` if its answer made no sense.
    """


class SigningServiceUnavailable(SigningServiceError):
    """The service does not answer, or is temporarily unable to; worth retrying."""


class AuthorisationRefused(SigningServiceError):
    """The person's PIN or one-time code was not accepted."""


class AuthorisationExpired(SigningServiceError):
    """The permission to sign (SAD) expired before the signature was made."""
