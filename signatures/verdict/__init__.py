"""Is this file one of ours, complete and unchanged? The rules, the report and the second
opinion."""
