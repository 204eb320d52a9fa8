"""Pages and answers over HTTP: each view parses, calls one workflow function, and answers."""
