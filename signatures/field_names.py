"""The names of the signature fields in our files, and the orders in which they are filled."""

ARCHIVE_FIELD = "archive_timestamp"
SHEET_FIELD = "service_seal"
LEVEL = "PAdES B-LTA"
"""The level of a closed file (ETSI EN 319 142-1, 6)."""

AGREEMENT_ORDERS = (
    ("controller_agreement", "controller_annex", "processor_agreement", ARCHIVE_FIELD),
    ("processor_agreement", "controller_agreement", "controller_annex", ARCHIVE_FIELD),
)
SHEET_ORDER = (SHEET_FIELD, ARCHIVE_FIELD)
