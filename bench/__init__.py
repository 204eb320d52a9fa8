"""Measures the design's goals on real engines; see README.md."""
