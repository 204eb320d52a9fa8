"""The data of one agreement until it is archived."""
