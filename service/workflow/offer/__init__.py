"""Sales prepares, sends, reminds and withdraws."""
