"""From settings to the objects that the steps use: the one place that chooses and builds them."""
