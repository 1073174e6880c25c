"""Practitioners: one identity whatever the employers, and the papers without which nobody books."""
