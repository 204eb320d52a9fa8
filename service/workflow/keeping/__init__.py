"""The archive: stored, read back, extended, renewed, checked and handed out."""
