"""Builds the agreement's Word template from its text source, which is readable in a diff.

``python -m service.documents.builder`` writes the .docx beside
``templates/nl/documents/agreement/agreement.md``; a test compares it with the committed one.
"""
