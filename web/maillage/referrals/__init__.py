"""Passing a family on with its consent, and knowing how it ended."""
