"""Whether a file is one of ours, complete and unchanged."""
