"""Where the seal's key lives: one file per kind of key."""
