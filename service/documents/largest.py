"""The largest Word file that is read; here, so that a web process loads no libraries for it."""

LARGEST_FILE = 5 << 20
