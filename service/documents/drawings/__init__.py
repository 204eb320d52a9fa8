"""A logo drawn as SVG, made into a picture: cleaned, then drawn in a process of its own.

picture.py   the only entry point: SVG in, PNG out
child.py     that process
clean.py     a new SVG with only the shapes and attributes that are known
refused.py   why a drawing is refused
values.py    which values an attribute may have, and the styles of a file
"""
