"""The core: the agreement and the rules for it. Pure functions; no input or output."""
