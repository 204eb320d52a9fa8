"""Builds the agreement's Word template from its text source.

The source (``templates/nl/documents/agreement/agreement.md``) is readable in a diff. ``python -m
service.documents.builder`` writes the .docx beside it, and a test proves that the committed .docx
is what the builder makes.
"""
