"""Acts signed with a person's own certificate. No page reaches this yet."""
