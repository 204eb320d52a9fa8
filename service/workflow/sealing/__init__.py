"""Accepted acts become one sealed original with its evidence, under keys that are current."""
