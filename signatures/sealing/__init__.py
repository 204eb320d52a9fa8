"""Writes acts as PAdES revisions; the close adds validation data and a document time stamp."""
