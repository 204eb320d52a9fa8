"""Staff: invitations, signing in, passwords, roles and sessions, and the processor's profile."""
