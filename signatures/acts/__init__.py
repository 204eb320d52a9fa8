"""A signing act: its record, and what it looks like on the page."""
