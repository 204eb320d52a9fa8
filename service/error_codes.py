"""The codes of errors: what a program can distinguish, whatever the language of the text.

Each names its sentence in ``templates/nl/texts/errors.toml`` (a dot leads into a table). A code
never changes its meaning, because external programs use it; ``docs/errors.md`` lists them.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """An error as a whole; its HTTP status is in ``service/web/statuses.py``."""

    # what was given, or by whom
    INVALID = "invalid"
    NOT_ALLOWED = "not_allowed"
    COPY_NOT_ALLOWED = "copy_not_allowed"
    NOT_FOUND = "not_found"
    KEY_REUSED = "key_reused"
    OUTDATED = "outdated"
    CSRF = "csrf"

    # the agreement has moved to another state
    WRONG_STATE = "wrong_state"
    TOO_LATE = "too_late"
    CHANGED = "changed"
    NOT_YOUR_TURN = "not_your_turn"
    NOT_OPENED = "not_opened"

    # something else comes first
    CODE_FIRST = "code_first"
    MAILBOX_FIRST = "mailbox_first"
    COLLEAGUE_FIRST = "colleague_first"
    SIGNATURE_MISSING = "signature_missing"
    NO_PROCESSOR = "no_processor"
    DELEGATE_PRE_SIGNED = "delegate_pre_signed"

    # the processor's signatory
    COUNTERSIGNER_LOST = "countersigner_lost"
    COUNTERSIGNER_UNCHOSEN = "countersigner_unchosen"
    COUNTERSIGNER_NOBODY = "countersigner_nobody"
    COUNTERSIGNER_OTHER = "countersigner_other"
    COUNTERSIGNER_RENAMED = "countersigner_renamed"
    TAKE_OVER_SIGNED = "take_over_signed"

    # the owner
    OWNER_ALREADY = "owner_already"

    # the public page
    PAGE_CLOSED = "page_closed"
    APPLICATION_GONE = "application_gone"

    # a standing mandate
    MANDATE_CHANGED = "mandate_changed"

    # own templates
    TEMPLATE_STATE = "template_state"
    TEMPLATE_SECOND = "template_second"
    TEMPLATE_DEFAULT = "template_default"
    TEMPLATE_MISSING = "template_missing"

    # the end of an agreement
    END_RECORDED = "end_recorded"
    END_NOT_RECORDED = "end_not_recorded"

    # questions and reminders
    QUESTION_OPEN = "question_open"
    QUESTION_ENDED = "question_ended"
    REMIND_NOBODY = "remind_nobody"
    REMIND_TODAY = "remind_today"
    REMIND_ENOUGH = "remind_enough"

    # imports
    BATCH_CHANGED = "batch_changed"
    IMPORT_STATE = "import_state"
    IMPORT_NOTHING = "import_nothing"
    IMPORT_CHANGED = "import_changed"
    IMPORT_TEMPLATE = "import_template"
    IMPORT_WITHDRAWN = "import_withdrawn"
    STARTER_GONE = "starter_gone"

    # accounts
    SECOND_ADMINISTRATOR = "second_administrator"
    ACCOUNT_LINK_ENDED = "account_link_ended"
    LAST_ADMIN = "last_admin"

    # a limit was reached
    CODE_TOO_MANY = "code_too_many"
    CODE_TOO_MANY_TODAY = "code_too_many_today"
    APPLICATIONS_TOO_MANY = "applications_too_many"
    APPLICATIONS_FULL = "applications_full"
    QUESTION_TOO_MANY = "question_too_many"
    SIGN_IN_LOCKED = "sign_in_locked"
    SIGN_IN_OFTEN = "sign_in_often"
    PASSWORDS_BUSY = "passwords_busy"

    # a signing link that no longer opens anything
    LINK_OPEN = "link_open"
    LINK_UNKNOWN = "link_unknown"
    LINK_EXPIRED = "link_expired"
    LINK_REPLACED = "link_replaced"
    LINK_VOIDED = "link_voided"
    LINK_DECLINED = "link_declined"
    LINK_DELEGATED = "link_delegated"
    LINK_SIGNED = "link_signed"
    LINK_COMPLETED = "link_completed"

    # something on this machine or outside does not work
    GENERATION_FAILED = "generation_failed"
    UNAVAILABLE = "unavailable"
    VERIFY_BUSY = "verify_busy"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    STORAGE_LOST = "storage_lost"
    WORKER_DIED = "worker_died"

    # the keys and certificates of the seal
    KEYS_MISSING = "keys.missing"
    KEYS_EXISTS = "keys.exists"
    KEYS_UNREADABLE = "keys.unreadable"
    KEYS_WRONG_PASSPHRASE = "keys.wrong_passphrase"  # noqa: S105
    KEYS_MISMATCH = "keys.mismatch"
    KEYS_EXPIRED = "keys.expired"
    KEYS_WRONG_USAGE = "keys.wrong_usage"
    KEYS_WEAK = "keys.weak"
    KEYS_UNTRUSTED = "keys.untrusted"
    KEYS_NO_REVOCATION = "keys.no_revocation"
    KEYS_NO_LIBRARY = "keys.no_library"
    KEYS_NO_TOKEN = "keys.no_token"  # noqa: S105
    KEYS_WRONG_PIN = "keys.wrong_pin"
    KEYS_NO_KEY = "keys.no_key"
    KEYS_UNAVAILABLE = "keys.unavailable"
    KEYS_SUPERSEDED = "keys.superseded"
    KEYS_UNKNOWN = "keys.unknown"
    KEYS_IN_USE = "keys.in_use"
    KEYS_ISSUER_GONE = "keys.issuer_gone"
    KEYS_REVOKED = "keys.revoked"


class StartCode(StrEnum):
    """What prevents a process from starting or continuing; only the command line shows it. Each
    value is a whole key, because the sentences are in several catalogues."""

    SETTINGS = "settings.problems.heading"
    PROCESS_DIED = "cli.process_died"
    NOT_READY = "cli.not_ready"
    ALREADY_RUNNING = "cli.already_running"
    DATABASE_UNUSABLE = "cli.database_unusable"
    ARCHIVE_UNUSABLE = "cli.archive_unusable"
    NOT_PREPARED = "cli.not_prepared"
    KEYS_UNUSABLE = "cli.keys_unusable"
    OFFICE_OPEN = "cli.office_open"
    ENGINE_MISSING = "engines.missing"
    ENGINE_FAILED = "engines.failed"
    ENGINE_OF_OTHER_VERSION = "engines.other_version"
    ENGINE_DISK_FULL = "engines.disk_full"
    ENGINE_PORT_TAKEN = "engines.port_taken"


class FieldCode(StrEnum):
    """A mistake in one field of the input; part of an error ``invalid``."""

    # an agreement that was signed elsewhere
    PAPER_MISSING = "paper_missing"
    PAPER_KIND = "paper_kind"
    PAPER_LARGE = "paper_large"
    PAPER_UNREADABLE = "paper_unreadable"
    PAPER_LOCKED = "paper_locked"
    PAPER_ACTIVE = "paper_active"
    PAPER_PAGES = "paper_pages"
    PAPER_PIXELS = "paper_pixels"
    SIGNED_LATER = "signed_later"
    REGISTERED_TWICE = "registered_twice"

    # any field
    REQUIRED = "required"
    CHOOSE = "choose"
    YES_OR_NO = "yes_or_no"
    LENGTH = "length"
    FORBIDDEN_CHARACTERS = "forbidden_characters"
    UNPRINTABLE = "unprintable"
    ANGLE_BRACKETS = "angle_brackets"
    TOO_LARGE_TO_KEEP = "too_large_to_keep"
    TOO_MANY_ITEMS = "too_many_items"

    # addresses, numbers and dates
    EMAIL_REQUIRED = "email_required"
    EMAIL_ACCENTS = "email_accents"
    EMAIL_ACCENTS_MEANT = "email_accents_meant"
    EMAIL_INVALID = "email_invalid"
    PHONE_INVALID = "phone_invalid"
    POSTCODE_BE = "postcode_be"
    POSTCODE_NL = "postcode_nl"
    DATE_PAST = "date_past"
    NUMBER_RANGE = "number_range"
    DATE_AHEAD = "date_ahead"
    DATE_INVALID = "date_invalid"
    NUMBER_REQUIRED = "number_required"
    NUMBER_OR_NONE = "number_or_none"
    NUMBER_BE = "number_be"
    NUMBER_NL = "number_nl"
    NUMBER_BE_OR_NL = "number_be_or_nl"

    # an agreement and Bijlage 1
    PERSONAL_DATA_EMPTY = "personal_data_empty"
    DATA_SUBJECTS_EMPTY = "data_subjects_empty"
    DPO_CONTACT = "dpo_contact"
    SERVICES_EMPTY = "services_empty"
    ANNEX_NOT_COMPLETE = "annex_not_complete"
    DAYS_RANGE = "days_range"
    EXTEND_LATER = "extend_later"
    END_BEFORE_EFFECT = "end_before_effect"
    END_TOO_FAR = "end_too_far"
    SAME_EMAIL = "same_email"
    COUNTERSIGNER_CHOOSE = "countersigner_choose"
    COUNTERSIGNER_GONE = "countersigner_gone"
    OWNER_CANNOT_SEND = "owner_cannot_send"

    # signing
    STATEMENTS_MISSING = "statements_missing"
    ANNEX_CONFIRM = "annex_confirm"
    NOTHING_SELECTED = "nothing_selected"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_NAME = "signature_name"
    SIGNATURE_BLANK = "signature_blank"
    SIGNATURE_NOT_FOUND = "signature_not_found"
    IMAGE_UNREADABLE = "image_unreadable"
    IMAGE_HEIC = "image_heic"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_BUSY = "image_busy"
    COLOUR_INVALID = "colour_invalid"
    COLOUR_FAINT = "colour_faint"
    PLACEHOLDER_UNKNOWN = "placeholder_unknown"
    PLACEHOLDER_BRACE = "placeholder_brace"
    LOGO_TOO_LARGE = "logo_too_large"
    DRAWING_UNREADABLE = "drawing_unreadable"
    DRAWING_TOO_MUCH = "drawing_too_much"
    DRAWING_TEXT = "drawing_text"
    DRAWING_ELEMENT = "drawing_element"

    # the code that proves a mailbox
    CODE_REQUIRED = "code_required"
    CODE_WRONG = "code_wrong"
    CODE_WRONG_LAST = "code_wrong_last"
    CODE_FORMER = "code_former"
    CODE_EXPIRED = "code_expired"
    CODE_LOCKED = "code_locked"

    # accounts and passwords
    SIGN_IN_WRONG = "sign_in_wrong"
    PASSWORD_WRONG = "password_wrong"  # noqa: S105
    PASSWORD_SHORT = "password_short"  # noqa: S105
    PASSWORD_LONG = "password_long"  # noqa: S105
    PASSWORD_COMMON = "password_common"  # noqa: S105
    PASSWORD_EASY = "password_easy"  # noqa: S105
    PASSWORD_PERSONAL = "password_personal"  # noqa: S105
    PASSWORD_REPEAT = "password_repeat"  # noqa: S105
    PROVE_AGAIN = "prove_again"
    EMAIL_TAKEN = "email_taken"
    ROLES_EMPTY = "roles_empty"

    # messages, and searching
    DELEGATE_SAME = "delegate_same"
    QUESTION_REQUIRED = "question_required"
    ANSWER_REQUIRED = "answer_required"
    KEEP_NOTHING = "keep_nothing"
    KEEP_MOST = "keep_most"
    SEARCH_SHORT = "search_short"

    # a file to check
    PDF_TOO_LARGE = "pdf_too_large"
    NOT_A_PDF = "not_a_pdf"
    PACKAGE_NOT_A_PACKAGE = "package_not_a_package"
    PACKAGE_NO_MANIFEST = "package_no_manifest"
    PACKAGE_TOO_LARGE = "package_too_large"
    NOT_EXAMINED = "not_examined"

    # a cell of a list
    VALUE_UNKNOWN = "value_unknown"
    NUMBER_ROUNDED = "number_rounded"

    # a Word file as a template, and the choice of one
    TEMPLATE_FILE = "template_file"
    TEMPLATE_FAULTY = "template_faulty"
    TEMPLATE_ANSWER = "template_answer"
    TEMPLATE_SIGNATORY = "template_signatory"
    TEMPLATE_TWICE = "template_twice"
    TEMPLATE_NUMBER = "template_number"
    TEMPLATE_KNOWN = "template_known"
    TEMPLATE_BUSY = "template_busy"
    TEMPLATE_NAME = "template_name"
    TEMPLATE_GONE = "template_gone"

    # a list to import, as a whole
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILE_ROWS = "file_rows"
    FILE_COLUMNS = "file_columns"
    FILE_NOT_A_TABLE = "file_not_a_table"
    FILE_OLD_OR_PROTECTED = "file_old_or_protected"
    FILE_QUOTE = "file_quote"
    FILE_TOO_MUCH = "file_too_much"
    FILE_MISSING = "file_missing"
    FILE_OR_PASTED = "file_or_pasted"
    COLUMNS_MISSING = "columns_missing"
    COLUMNS_TWICE = "columns_twice"
    ROW_SELECT = "row_select"
