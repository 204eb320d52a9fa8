"""Time stamps (RFC 3161): ours, those of other services, and how they are checked."""
