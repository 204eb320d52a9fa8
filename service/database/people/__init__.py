"""Staff and their accounts, what browsers left behind, and the processor they work for."""
