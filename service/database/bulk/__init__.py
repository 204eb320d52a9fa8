"""Imports and their lines."""
