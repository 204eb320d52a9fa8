"""A logo drawn as SVG, made into a picture: cleaned, then drawn in a process of its own.

``picture`` is the only entry point; ``child`` is that process.
"""
