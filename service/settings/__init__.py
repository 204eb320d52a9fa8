"""The settings: one table, how a text becomes a value, and what may cross the network."""
