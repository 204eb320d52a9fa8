"""The command line: one file per subject of its commands."""
