"""Measures the design's goals on real engines: ``python -m bench``; see README.md."""
