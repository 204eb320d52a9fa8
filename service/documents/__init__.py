"""From data to a finished PDF: fill the Word template, convert, mark, normalise, check."""
