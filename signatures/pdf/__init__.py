"""Reads a PDF file strictly: objects, revisions, fields, metadata."""
