"""What belongs to one agreement until it is in the archive."""
