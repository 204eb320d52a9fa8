"""Where the seal's key is kept: one file per kind of key."""
