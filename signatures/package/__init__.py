"""The evidence package: read, and judged part by part."""
