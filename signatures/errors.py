"""All errors of this package, named after the situation.

``SignatureError``
├── ``FieldError``
├── ``UnprintableName``
├── ``ActOutOfOrder``
├── ``AuthorityError``
├── ``TokenInvalid``
├── ``TimestampUnavailable``
├── ``RecordInvalid``
├── ``CertificateRefused``
├── ``UploadRefused``
├── ``ReplyRefused``
│   ├── ``ReplyTooLate``
│   ├── ``ReplyRepeated``
│   ├── ``ReplyForOtherDocument``
│   ├── ``ReplyForOtherHash``
│   ├── ``ReplyFromOtherCertificate``
│   └── ``SignatureWrong``
└── ``SigningServiceError``
    ├── ``SigningServiceUnavailable``
    ├── ``AuthorisationRefused``
    └── ``AuthorisationExpired``
"""


class SignatureError(Exception):
    """Base of all errors raised by this package."""


class CodedError(SignatureError):
    """Base of errors with a ``code``; ``detail`` is for experts."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class FieldError(SignatureError):
    """The document cannot carry the signature fields, or does not have them."""


class UnprintableName(SignatureError):
    """A text has ``characters`` that the signature font cannot show, each listed once, in order."""

    def __init__(self, characters: str) -> None:
        super().__init__(f"the signature font cannot show: {' '.join(characters)}")
        self.characters = characters


class ActOutOfOrder(SignatureError):
    """The field is already signed, or an act that must come first is missing."""


class AuthorityError(CodedError):
    """The keys and certificates cannot be used; ``code`` says why.

    Files: ``missing``, ``exists``, ``unreadable``, ``wrong_passphrase``, ``mismatch`` (a key or
    issuer belongs to another certificate), ``expired``. A seal's certificate: ``wrong_usage``,
    ``weak``, ``untrusted`` (no chain to the given root), ``no_revocation`` (no revocation
    information). Keys held elsewhere: ``no_library``, ``no_token``, ``wrong_pin``, ``no_key``,
    ``unavailable`` (worth retrying). Changes: ``superseded`` (begin again with the new keys),
    ``unknown``, ``in_use``, ``issuer_gone``, ``revoked``.
    """


class TimestampUnavailable(SignatureError):
    """No configured time stamp service gave a usable token; worth retrying."""


class TokenInvalid(SignatureError):
    """A time stamp token is unreadable, broken, over other bytes, or not from a trusted
    authority."""


class RecordInvalid(SignatureError):
    """A seal over a record is over other bytes, or its chain ends elsewhere."""


class CertificateRefused(CodedError):
    """A person's own certificate is not accepted for an act.

    ``code``: ``not_ours`` (no chain to a root for persons), ``not_for_signing``, ``dates``,
    ``algorithm``, ``key``, ``extension``, ``root``, ``list`` (no current revocation list) or
    ``revoked``.
    """


class UploadRefused(CodedError):
    """A file signed elsewhere holds something other than the one requested signature."""


class ReplyRefused(SignatureError):
    """The reply does not complete the act; nothing changed."""


class ReplyTooLate(ReplyRefused):
    """The prepared act has expired; it must be started again."""


class ReplyRepeated(ReplyRefused):
    """The place is already signed in the current working document."""


class ReplyForOtherDocument(ReplyRefused):
    """The act was prepared for another working document."""


class ReplyForOtherHash(ReplyRefused):
    """Another hash was signed than the requested one."""


class ReplyFromOtherCertificate(ReplyRefused):
    """The reply uses another certificate than the act was prepared for."""


class SignatureWrong(ReplyRefused):
    """The value is no signature of that key over the bytes to be signed."""


class SigningServiceError(CodedError):
    """A person's signing service did not sign; ``code`` is its error, or ``answer`` for
    nonsense."""


class SigningServiceUnavailable(SigningServiceError):
    """The service does not answer, or not now; worth retrying."""


class AuthorisationRefused(SigningServiceError):
    """The person's PIN or one-time code was not accepted."""


class AuthorisationExpired(SigningServiceError):
    """The permission to sign (SAD) expired before the signature."""
