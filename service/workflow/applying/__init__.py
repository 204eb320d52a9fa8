"""Customers who begin by themselves, on the public page: its setting, then their first steps."""
