"""From data to a finished PDF."""
