"""The settings: one table, the conversion of text to values, and what may cross the network."""
