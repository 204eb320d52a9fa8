"""Examines files of unknown origin in a separate process with limits."""
