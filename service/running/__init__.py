"""The processes: supervisor, web server and worker, started, watched and stopped."""
