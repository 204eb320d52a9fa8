"""After signing: what happens to an agreement in force."""
