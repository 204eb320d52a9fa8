"""From settings to what the steps work with: the one place that chooses and builds it."""
