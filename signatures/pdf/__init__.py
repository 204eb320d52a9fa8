"""A PDF file read strictly: objects, revisions, fields, metadata."""
