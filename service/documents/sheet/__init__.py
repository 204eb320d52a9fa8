"""The evidence sheet, written directly as a PDF in a fixed layout, without an office.

``make`` has all steps in order: ``text`` fills the template into ``blocks``, ``layout`` places them
on pages, ``page`` draws and tags, ``write`` writes the file (PDF/A-3b and PDF/UA-1).
"""
