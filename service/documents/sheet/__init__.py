"""The evidence sheet, written directly as a PDF in a fixed layout, without an office.

text.py       turns the template and the values into blocks: paragraphs, tables, the seal's place
styles.py     the look of each kind of block
faces.py      the shipped fonts: the width of a text, and the subset to embed
lines.py      breaks a text into lines
laid.py       gives blocks a height; layout.py places them on pages
table.py      the same for tables
page.py       draws on the pages and tags everything
letterhead.py the processor's colour and logo above the first page
structure.py  the structure tree
objects.py    PDF syntax
write.py      writes the file (PDF/A-3b and PDF/UA-1) with fonts.py, colour.py and tags.py
make.py       all steps in order
"""
