"""The tables, one file per subject. The database enforces whatever it can."""
