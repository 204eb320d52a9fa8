"""Tables from files: bytes in, rows of text out, and back; whatever the columns mean."""
