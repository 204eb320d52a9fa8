"""Processes: the supervisor, the web server and the worker, started, watched and stopped."""
