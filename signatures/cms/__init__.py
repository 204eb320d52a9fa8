"""The CMS container of a signature, byte for byte (RFC 5652)."""
