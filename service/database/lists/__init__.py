"""Questions over many agreements at once."""
