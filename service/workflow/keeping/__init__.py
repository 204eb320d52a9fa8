"""The archive: storing, reading back, extending, renewing, checking and retrieving."""
