"""Is this file one of ours, whole and unchanged? The rules, the report and the second opinion."""
