"""The hash-chained log and its anchors."""
