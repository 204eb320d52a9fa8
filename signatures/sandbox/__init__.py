"""Files of unknown origin are examined in a process of its own, within limits."""
