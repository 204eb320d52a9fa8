"""Reads an evidence package and judges it part by part."""
