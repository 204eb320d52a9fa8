"""Word files of the processor: what is wrong with one as a template, and the template made of it.

``apart`` examines a file in a process with limits; the rest of this package runs there.
"""
