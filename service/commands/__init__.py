"""The commands behind ``zegel``, one file for each group of them."""
