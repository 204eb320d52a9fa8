"""The largest Word file that is read. Apart, so that a web process knows it without the libraries
that read one."""

LARGEST_FILE = 5 << 20
