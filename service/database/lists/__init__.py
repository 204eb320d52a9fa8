"""Queries over many agreements."""
