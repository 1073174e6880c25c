"""A practitioner's day on one screen."""
