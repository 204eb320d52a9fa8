"""Staff: invited, signing in, their passwords, roles and sessions, and the processor's profile."""
