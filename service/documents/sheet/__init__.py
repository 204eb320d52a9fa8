"""The evidence sheet, written directly as a PDF: one fixed layout of our own, without an office.

text.py       the template and the values become blocks: paragraphs, tables, the seal's place
styles.py     what each kind of block looks like
faces.py      the shipped fonts: how wide a text is, and the part of them that goes into a file
lines.py      a text becomes lines
laid.py       blocks become something with a height; layout.py puts them on pages
table.py      the same for tables
page.py       what is drawn on the pages, each thing tagged
structure.py  the tree of tags
objects.py    PDF's own notation
write.py      the finished file, PDF/A-3b and PDF/UA-1; in it fonts.py, colour.py and tags.py
make.py       all of it, one after the other
"""
