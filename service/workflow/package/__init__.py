"""Finding and reading the archived files of one agreement."""
