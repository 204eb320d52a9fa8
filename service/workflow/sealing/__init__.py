"""Turns accepted acts into a sealed original with its evidence, using the current keys."""
