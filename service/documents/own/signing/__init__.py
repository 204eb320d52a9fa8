"""Finds where a contract is to be signed by hand: a table, or lines with a name, date and signature
for each party. What is not wholly understood is not found."""
