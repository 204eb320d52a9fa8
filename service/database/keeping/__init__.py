"""The database's records of the archive."""
