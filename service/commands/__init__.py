"""The commands behind ``zegel``, one file per group."""
