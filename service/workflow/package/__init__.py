"""What the archive holds of one agreement: found, and taken out."""
