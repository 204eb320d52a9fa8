"""The keys and certificates of an installation over the years."""
