"""Builds the agreement's Word template from a text source that is readable in a diff.

``python -m service.documents.builder`` writes it beside
``templates/nl/documents/agreement/agreement.md``.
"""
