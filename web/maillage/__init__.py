"""Maillage: family services of a département, found, shared, steered and proven."""
