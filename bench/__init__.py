"""Measures the goals of the design on real engines: ``python -m bench``; see README.md."""
