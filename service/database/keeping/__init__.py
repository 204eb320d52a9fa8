"""What the database knows of the archive."""
