"""The rules of an import: columns, rows, verdicts and states; pure, like the rest of the core."""
