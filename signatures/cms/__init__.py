"""The CMS container of a signature, to the byte (RFC 5652)."""
