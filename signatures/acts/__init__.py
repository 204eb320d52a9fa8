"""A signing act: its record and its appearance on the page."""
