"""The tables, one file for each subject. What the database can enforce, it enforces."""
