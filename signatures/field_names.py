"""The names of the two signature fields in every file; those of the acts differ per agreement."""

ARCHIVE_FIELD = "archive_timestamp"
"""The closing document time stamp; that of a renewal is numbered (``verdict.renewed``)."""

SHEET_FIELD = "service_seal"
"""The seal of an evidence sheet, in nobody's name."""

SHEET_ORDER = (SHEET_FIELD, ARCHIVE_FIELD)
MOST_PLACES = 7
"""The most places of one agreement: a verdict reads the whole file for each."""

LEVEL = "PAdES B-LTA"
"""The level of a closed file (ETSI EN 319 142-1, 6)."""
