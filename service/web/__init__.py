"""HTTP pages: each view parses its input, calls one workflow function, and answers."""
